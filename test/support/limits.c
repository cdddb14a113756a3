// Emscripten's defaults: memory does not grow, and a refused sbrk ends the program. A request that what
// free-block stacks and freed blocks pin can still serve must not be refused; a shrink never fails.
#include <gharial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef BLOCKS
#define BLOCKS 40000
#endif
static void* volatile blocks[BLOCKS];  // volatile: no call may be left out

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "small") == 0) {  // a program whose static data ends in page 0
    void* block = malloc(100);
    for (int i = 0; i < BLOCKS; ++i) blocks[i] = malloc(1 + i % 3000);
    int broken = gharial_validate();
    for (int i = 0; i < BLOCKS; ++i) free(blocks[i]);
    free(block);
    printf("%s, invariant %d, %d\n", block != NULL ? "served" : "NULL", broken, gharial_validate());
    return 0;
  }
  // Four times: as many blocks as fit, all freed (some stay on stacks), then more than half of memory in one block.
  const size_t sizes[] = {500, 1000, 2000, 5000};
  for (int round = 0; round < 4; ++round) {
    const size_t bytes = sizes[round], count = 12000000 / bytes;
    for (size_t i = 0; i < count && i < BLOCKS; ++i) blocks[i] = malloc(bytes);
    for (size_t i = 0; i < count && i < BLOCKS; ++i) free(blocks[i]);
    void* volatile large = malloc(9000000);
    void* volatile rest = malloc(600);
    rest = realloc(rest, 8);
    printf("%s, invariant %d\n", large != NULL && rest != NULL ? "served" : "NULL",
           gharial_validate());
    free(large);
    free(rest);
  }
  if (argc > 1) blocks[0] = malloc(100000000);  // more than there is: the program ends
  puts("not reached with an argument");
  return 0;
}
