/* The prompt of qjs, which QuickJS's own compiler would make of repl.js and which running a script never looks at. */
#include <stdint.h>

const uint8_t qjsc_repl[] = {0};
const uint32_t qjsc_repl_size = 0;
