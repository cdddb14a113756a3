/* Keeps 20 000 records as JSON with yyjson, the way a small store does: builds them, and then, version by version, writes
   all of them as one text, receives that text in pieces, parses it, and changes a copy of what it read. The texts of the
   last versions stay. yyjson asks for few blocks and large ones: pools that double, texts that grow by realloc.
   The last line says how many blocks are in use at the end, which the test compares with what JavaScript counts. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

enum { RECORDS = 20000, VERSIONS = 6, PERIOD = 10, KEPT = 3 };

static uint32_t seed = 20;
static uint32_t next_id;

static uint32_t random_below(uint32_t n) {
  seed = (uint32_t)((uint64_t)seed * 16807 % 2147483647);
  return seed % n;
}

static void* needed(void* result, const char* what) {
  if (result == NULL) {
    fprintf(stderr, "versions: cannot %s\n", what);
    exit(1);
  }
  return result;
}

static uint32_t hash_of(const char* text, size_t bytes) {
  uint32_t hash = 5381;
  for (size_t i = 0; i < bytes; ++i) hash = hash * 33 + (unsigned char)text[i];
  return hash;
}

static void append_record(yyjson_mut_doc* doc) {
  static const char* const towns[] = {"Agra", "Bhopal", "Chandigarh", "Delhi", "Etawah", "Patna"};
  char name[64], mail[64];
  uint32_t id = next_id++;
  snprintf(name, sizeof name, "Person %u of the %uth house", id, random_below(1000));
  snprintf(mail, sizeof mail, "person-%u@the.post", id);
  yyjson_mut_val* record = yyjson_mut_obj(doc);
  yyjson_mut_obj_add_uint(doc, record, "id", id);
  yyjson_mut_obj_add_strcpy(doc, record, "name", name);
  yyjson_mut_obj_add_strcpy(doc, record, "mail", mail);
  yyjson_mut_obj_add_int(doc, record, "balance", (int)random_below(200000) - 100000);
  yyjson_mut_obj_add_real(doc, record, "weight", random_below(4000) / 16.0);
  yyjson_mut_obj_add_bool(doc, record, "active", id % 3 != 0);
  yyjson_mut_val* place = yyjson_mut_obj_add_obj(doc, record, "place");
  yyjson_mut_obj_add_str(doc, place, "town", towns[random_below(6)]);
  yyjson_mut_obj_add_uint(doc, place, "house", random_below(1000));
  yyjson_mut_val* tags = yyjson_mut_obj_add_arr(doc, record, "tags");
  for (uint32_t i = random_below(4); i > 0; --i) yyjson_mut_arr_add_uint(doc, tags, i * i);
  needed(yyjson_mut_arr_append(doc->root, record) ? record : NULL, "append a record");
}

/* As from a network: nobody knows how much there will be. */
static char* receive(const char* sent, size_t bytes) {
  size_t capacity = 4096, held = 0;
  char* text = needed(malloc(capacity), "receive");
  for (size_t piece; held < bytes; held += piece) {
    piece = bytes - held < 1400 ? bytes - held : 1400;
    if (held + piece > capacity) {
      capacity += capacity / 2;
      text = needed(realloc(text, capacity), "receive");
    }
    memcpy(text + held, sent + held, piece);
  }
  return needed(realloc(text, bytes), "receive"); /* what was too much goes back */
}

/* One in ten records goes, another in each version; as many come; all that stay get richer. */
static void change(yyjson_mut_doc* doc, uint32_t version) {
  yyjson_mut_arr_iter iterator = yyjson_mut_arr_iter_with(doc->root);
  uint32_t gone = 0;
  for (yyjson_mut_val* record; (record = yyjson_mut_arr_iter_next(&iterator)) != NULL;) {
    yyjson_mut_val* balance = yyjson_mut_obj_get(record, "balance");
    yyjson_mut_set_sint(balance, yyjson_mut_get_sint(balance) + 1);
    if (yyjson_mut_get_uint(yyjson_mut_obj_get(record, "id")) % PERIOD != version) continue;
    yyjson_mut_arr_iter_remove(&iterator);
    ++gone;
  }
  while (gone-- > 0) append_record(doc);
  for (uint32_t i = 0; i < 500; ++i) {
    char path[64], note[200];
    snprintf(path, sizeof path, "/%u/place/note", random_below(RECORDS));
    memset(note, 'a' + (int)(i % 26), sizeof note);
    yyjson_mut_val* value = yyjson_mut_strncpy(doc, note, random_below(sizeof note));
    yyjson_mut_doc_ptr_set(doc, path, value);
  }
}

static size_t blocks_of(const yyjson_mut_doc* doc) {
  size_t blocks = 1;
  for (const yyjson_str_chunk* chunk = doc->str_pool.chunks; chunk != NULL; chunk = chunk->next)
    ++blocks;
  for (const yyjson_val_chunk* chunk = doc->val_pool.chunks; chunk != NULL; chunk = chunk->next)
    ++blocks;
  return blocks;
}

int main(void) {
  static char* kept[KEPT];
  yyjson_mut_doc* doc = needed(yyjson_mut_doc_new(NULL), "begin");
  yyjson_mut_doc_set_root(doc, yyjson_mut_arr(doc));
  while (next_id < RECORDS) append_record(doc);

  for (uint32_t version = 0; version < VERSIONS; ++version) {
    size_t bytes;
    bool pretty = version % 2 == 1;
    char* text = needed(
        yyjson_mut_write(doc, pretty ? YYJSON_WRITE_PRETTY : YYJSON_WRITE_NOFLAG, &bytes), "write");
    char* received = receive(text, bytes);
    free(text);
    yyjson_doc* parsed = needed(yyjson_read(received, bytes, YYJSON_READ_NOFLAG), "parse");
    yyjson_mut_doc* copy = needed(yyjson_doc_mut_copy(parsed, NULL), "copy");
    printf("version %u: %zu bytes, hash %08x, %zu values, same: %s\n", version, bytes,
           hash_of(received, bytes), yyjson_doc_get_val_count(parsed),
           yyjson_mut_equals(doc->root, copy->root) ? "true" : "false");
    yyjson_doc_free(parsed);
    yyjson_mut_doc_free(doc);
    free(kept[version % KEPT]);
    kept[version % KEPT] = received;
    doc = copy;
    change(doc, version);
  }

  uint64_t sum = 0;
  yyjson_mut_arr_iter iterator = yyjson_mut_arr_iter_with(doc->root);
  for (yyjson_mut_val* record; (record = yyjson_mut_arr_iter_next(&iterator)) != NULL;)
    sum += yyjson_mut_get_uint(yyjson_mut_obj_get(record, "id"));
  printf("records: %zu, sum of ids: %llu\n", yyjson_mut_arr_size(doc->root),
         (unsigned long long)sum);
  printf("live blocks: %zu\n", blocks_of(doc) + KEPT);
  return 0;
}
