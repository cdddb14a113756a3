/* playground.c — a Lua state that a page runs scripts in, one after the other. What a script leaves in global variables stays
 * live; collect() has Lua give back the rest. */
#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"
#include <emscripten.h>
#include <stdio.h>

static lua_State* state;

static void begin(void) {
  if (state != NULL) return;
  state = luaL_newstate();
  if (state != NULL) luaL_openlibs(state);
}

/* 0: it ran to its end; else standard error has said why not. */
EMSCRIPTEN_KEEPALIVE int run(const char* script) {
  begin();
  if (state == NULL) return 1;
  const int failed = luaL_dostring(state, script);
  if (failed) fprintf(stderr, "%s\n", lua_tostring(state, -1));
  lua_settop(state, 0);
  fflush(stdout);
  return failed;
}

EMSCRIPTEN_KEEPALIVE void collect(void) {
  if (state != NULL) lua_gc(state, LUA_GCCOLLECT);
}

/* A new state: every block of the old one is given back. */
EMSCRIPTEN_KEEPALIVE void reset(void) {
  if (state != NULL) lua_close(state);
  state = NULL;
}
