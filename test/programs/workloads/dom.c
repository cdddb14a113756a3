/* Reads an XML file with expat and builds the whole document in memory, every element, attribute and text a block of its
   own, as a small DOM library does. Every other <z:row> is then removed: what stays is a heap with holes.
   The last line says how many blocks the document holds, which the test compares with what JavaScript counts. */
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct attribute {
  char *name, *value;
  struct attribute* next;
};

struct element {
  char *name, *text;
  size_t text_bytes;
  struct attribute* attributes;
  struct element *parent, *first_child, *last_child, *next;
};

static size_t blocks, elements, attributes, removed, characters;
static unsigned long hash = 5381;

static void* allocate(size_t bytes) {
  void* block = calloc(1, bytes);
  if (block == NULL) {
    fprintf(stderr, "dom: out of memory\n");
    exit(1);
  }
  ++blocks;
  return block;
}

static char* copy(const char* text) {
  size_t bytes = strlen(text) + 1;
  for (size_t i = 0; i < bytes; ++i) hash = (hash * 33 + (unsigned char)text[i]) & 0xffffffff;
  return memcpy(allocate(bytes), text, bytes);
}

static void release(void* block) {
  if (block != NULL) --blocks;
  free(block);
}

static void start(void* data, const XML_Char* name, const XML_Char** pairs) {
  struct element **current = data, *parent = *current, *element = allocate(sizeof *element);
  ++elements;
  element->name = copy(name);
  element->parent = parent;
  if (parent != NULL) {
    if (parent->last_child != NULL)
      parent->last_child->next = element;
    else
      parent->first_child = element;
    parent->last_child = element;
  }
  for (struct attribute** end = &element->attributes; *pairs != NULL;
       pairs += 2, end = &(*end)->next) {
    ++attributes;
    *end = allocate(sizeof **end);
    (*end)->name = copy(pairs[0]);
    (*end)->value = copy(pairs[1]);
  }
  *current = element;
}

static void end(void* data, const XML_Char* name) {
  struct element** current = data;
  (void)name;
  if ((*current)->parent != NULL) *current = (*current)->parent;
}

/* Text arrives in pieces: the block grows with each. */
static void text(void* data, const XML_Char* piece, int bytes) {
  struct element* element = *(struct element**)data;
  size_t more = (size_t)bytes;
  char* grown = realloc(element->text, element->text_bytes + more + 1);
  if (grown == NULL) exit(1);
  if (element->text == NULL) ++blocks;
  memcpy(grown + element->text_bytes, piece, more);
  element->text = grown;
  element->text_bytes += more;
  element->text[element->text_bytes] = '\0';
  characters += more;
}

static void destroy(struct element* element) {
  for (struct element *child = element->first_child, *next; child != NULL; child = next) {
    next = child->next;
    destroy(child);
  }
  for (struct attribute *a = element->attributes, *next; a != NULL; a = next) {
    next = a->next;
    release(a->name);
    release(a->value);
    release(a);
  }
  release(element->name);
  release(element->text);
  release(element);
  ++removed;
}

static void thin_out(struct element* parent) {
  size_t position = 0;
  for (struct element** link = &parent->first_child; *link != NULL;) {
    struct element* child = *link;
    if (strcmp(child->name, "z:row") == 0 && position++ % 2 == 1) {
      *link = child->next;
      destroy(child);
    } else {
      thin_out(child);
      link = &child->next;
    }
  }
}

int main(int argc, char** argv) {
  FILE* file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (file == NULL) {
    fprintf(stderr, "usage: dom FILE.xml\n");
    return 1;
  }
  struct element* current = NULL;
  static char buffer[65536];
  XML_Parser parser = XML_ParserCreate(NULL);
  XML_SetHashSalt(parser, 20030610);
  XML_SetUserData(parser, &current);
  XML_SetElementHandler(parser, start, end);
  XML_SetCharacterDataHandler(parser, text);
  size_t bytes;
  do {
    bytes = fread(buffer, 1, sizeof buffer, file);
    if (XML_Parse(parser, buffer, (int)bytes, bytes == 0) != XML_STATUS_OK) {
      fprintf(stderr, "dom: line %lu: %s\n", XML_GetCurrentLineNumber(parser),
              XML_ErrorString(XML_GetErrorCode(parser)));
      return 1;
    }
  } while (bytes > 0);
  XML_ParserFree(parser);
  fclose(file);
  printf("elements: %zu, attributes: %zu, text: %zu bytes, hash: %08lx\n", elements, attributes,
         characters, hash);
  printf("blocks: %zu\n", blocks);
  thin_out(current);
  printf("removed: %zu\n", removed);
  printf("live blocks: %zu\n", blocks);
  return 0;
}
