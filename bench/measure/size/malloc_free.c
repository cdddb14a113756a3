// The smallest program that allocates.
#include <stdlib.h>

int main(void) {
  void* block = malloc(100);
  free(block);
  return block == NULL;
}
