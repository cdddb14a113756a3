// names.h — a library of the example projects: a list of names, on the heap.
#pragma once
#ifdef __cplusplus
extern "C" {
#endif
struct names {
  char** at;
  int count;
};
int names_add(struct names* names, const char* format, int number);  // 0 if memory ran out
void names_free(struct names* names);
#ifdef __cplusplus
}
#endif
