// names.c — see names.h. Uses malloc as any library does, and knows nothing of gharial.
#include "names.h"
#include <stdio.h>
#include <stdlib.h>

int names_add(struct names* names, const char* format, int number) {
  char** more = realloc(names->at, sizeof *more * (size_t)(names->count + 1));
  if (more == NULL) return 0;
  names->at = more;
  char* name = malloc(40);
  if (name == NULL) return 0;
  snprintf(name, 40, format, number);
  names->at[names->count++] = name;
  return 1;
}

void names_free(struct names* names) {
  for (int i = 0; i < names->count; ++i) free(names->at[i]);
  free(names->at);
}
