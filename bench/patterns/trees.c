// trees.c — a binary tree is built and torn down, depth first: one size, the order of a parser or a scene.
#include "slots.h"

struct node {
  struct node *left, *right;
};

static struct node* grow(int depth) {
  struct node* node = malloc(sizeof *node);
  watch_live((ptrdiff_t)sizeof *node);
  if (depth) {
    node->left = grow(depth - 1);
    node->right = grow(depth - 1);
  } else {
    node->left = node->right = NULL;
  }
  return node;
}

static void fell(struct node* node) {
  if (node->left) {
    fell(node->left);
    fell(node->right);
  }
  watch_live(-(ptrdiff_t)sizeof *node);
  free(node);
}

PATTERN void trees(int from, int to, int depth) {
  for (int i = from; i < to; i++) fell(grow(depth));
}
