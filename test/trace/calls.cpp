// calls.cpp — calls that the recorder's test knows one by one; some are made by the C and C++ libraries.
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <string>

int main() {
  void* volatile a = malloc(100);
  void* volatile b = calloc(3, 7);
  a = realloc(a, 5000);
  void* volatile c = memalign(64, 33);
  free(b);
  void* volatile d = nullptr;
  d = realloc(d, 12);
  free(nullptr);
  char* volatile copy = strdup("eleven char");
  int* volatile number = new int(5);
  delete number;
  void* volatile e = nullptr;
  if (posix_memalign(const_cast<void**>(&e), 256, 10) != 0) return 1;
  void* volatile f = aligned_alloc(32, 64);
  free(copy);
  free(a);
  free(c);
  free(d);
  free(e);
  free(f);
  return 0;
}
