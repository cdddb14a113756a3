// worklet.c — an audio worklet that allocates in process() while the main thread churns: each frees blocks of the other, and the
// main thread grows memory. JavaScript reads what was seen from `seen`.
// Assumes: linked with -sAUDIO_WORKLET -sWASM_WORKERS, and rewritten so that it counts its instructions (bench/count).
#include <emscripten.h>
#include <emscripten/wasm_worker.h>
#include <emscripten/webaudio.h>
#include <gharial.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { kSlots = 128, kBox = 64, kOperations = 32, kReserve = 2 << 20 };

// Read by index; the names are in worklet.test.js.
struct {
  double processed, reserved, allocated, freed, refused, most_of_malloc, most_of_free, grown,
      broken, churned;
} seen;
EMSCRIPTEN_KEEPALIVE double* what_was_seen(void) { return (double*)&seen; }

// Instructions that this thread has executed.
EM_JS(double, executed, (void),
      { return Number(wasmExports['gharial_counted_instructions'].value); });

static _Atomic(unsigned char*) to_main[kBox], to_worklet[kBox];
static unsigned char* slots[kSlots];

static uint32_t next_random(uint32_t* state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

// From when it is called, counts how often this thread, and no other, grows memory.
EM_JS(void, watch_growth, (void), {
  const grow = wasmMemory.grow;
  globalThis.grown = 0;
  wasmMemory.grow = function(pages) {
    globalThis.grown++;
    return grow.call(wasmMemory, pages);
  };
});
EM_JS(int, times_grown, (void), { return globalThis.grown; });

// Asked on the main thread: how often the other one waited for the lock.
EMSCRIPTEN_KEEPALIVE double waits_of_worklet(void) {
  struct gharial_thread_stats stats = {.size = sizeof stats,
                                       .version = GHARIAL_THREAD_STATS_VERSION};
  if (gharial_thread_stats_get(&stats) != 0) return -1;
  return (double)(stats.lock_waits - stats.own_lock_waits);
}

// A block whose first and last byte say so; NULL if it was refused.
static unsigned char* take(size_t bytes, unsigned char mark) {
  const double before = executed();
  unsigned char* block = malloc(bytes);
  const double after = executed();
  if (after - before > seen.most_of_malloc) seen.most_of_malloc = after - before;
  if (block == NULL) return seen.refused++, NULL;
  seen.allocated++;
  block[0] = block[malloc_usable_size(block) - 1] = mark;
  return block;
}

static void give(unsigned char* block, unsigned char mark) {
  if (block == NULL) return;
  if (block[0] != mark || block[malloc_usable_size(block) - 1] != mark) seen.broken++;
  const double before = executed();
  free(block);
  const double after = executed();
  if (after - before > seen.most_of_free) seen.most_of_free = after - before;
  seen.freed++;
}

static bool process(int inputs, const AudioSampleFrame* input, int outputs,
                    AudioSampleFrame* output, int parameters, const AudioParamFrame* parameter,
                    void* context) {
  static uint32_t seed = 7;
  (void)inputs, (void)input, (void)parameters, (void)parameter, (void)context;
  if (seen.processed == 0) {
    seen.reserved = gharial_thread_reserve(kReserve) == 0 ? kReserve : -1;
    gharial_thread_realtime(1);
    watch_growth();
  }
  for (int i = 0; i < kOperations; ++i) {
    const uint32_t slot = next_random(&seed) % kSlots;
    give(slots[slot], 'w');
    slots[slot] = take(8 + next_random(&seed) % (next_random(&seed) % 8 == 0 ? 4096 : 256), 'w');
    const uint32_t place = next_random(&seed) % kBox;
    give(atomic_exchange(&to_worklet[place], NULL), 'm');
    unsigned char* expected = NULL;
    if (slots[slot] != NULL &&
        atomic_compare_exchange_strong(&to_main[place], &expected, slots[slot]))
      slots[slot] = NULL;
  }
  seen.grown = times_grown();
  seen.processed++;
  for (int i = 0; i < outputs; ++i)
    for (int n = 0; n < output[i].numberOfChannels * output[i].samplesPerChannel; ++n)
      output[i].data[n] = 0;
  return true;
}

// The main thread: large and small blocks, so that it takes the lock and grows memory all the time.
EMSCRIPTEN_KEEPALIVE void churn(int operations) {
  static void* blocks[256];
  static uint32_t seed = 99;
  for (int i = 0; i < operations; ++i) {
    const uint32_t slot = next_random(&seed) % 256;
    free(blocks[slot]);
    blocks[slot] = malloc(next_random(&seed) % (next_random(&seed) % 4 == 0 ? 400000 : 2000));
    unsigned char* theirs = atomic_exchange(&to_main[next_random(&seed) % kBox], NULL);
    if (theirs != NULL && (theirs[0] != 'w' || theirs[malloc_usable_size(theirs) - 1] != 'w'))
      seen.broken++;
    free(theirs);
    unsigned char *ours = malloc(8 + next_random(&seed) % 600), *expected = NULL;
    if (ours == NULL) abort();
    ours[0] = ours[malloc_usable_size(ours) - 1] = 'm';
    if (!atomic_compare_exchange_strong(&to_worklet[next_random(&seed) % kBox], &expected, ours))
      free(ours);
    seen.churned++;
  }
}

EMSCRIPTEN_KEEPALIVE int validate(void) { return gharial_validate(); }

static void made(EMSCRIPTEN_WEBAUDIO_T audio, bool ok, void* context) {
  (void)context;
  if (!ok) return;
  int channels[1] = {1};
  EmscriptenAudioWorkletNodeCreateOptions options = {
      .numberOfInputs = 0, .numberOfOutputs = 1, .outputChannelCounts = channels};
  EMSCRIPTEN_WEBAUDIO_T node =
      emscripten_create_wasm_audio_worklet_node(audio, "allocates", &options, process, NULL);
  emscripten_audio_node_connect(node, audio, 0, 0);
  emscripten_resume_audio_context_sync(audio);
}

static void started(EMSCRIPTEN_WEBAUDIO_T audio, bool ok, void* context) {
  (void)context;
  if (!ok) return;
  WebAudioWorkletProcessorCreateOptions options = {.name = "allocates"};
  emscripten_create_wasm_audio_worklet_processor_async(audio, &options, made, NULL);
}

static uint8_t stack[65536] __attribute__((aligned(16)));

int main(void) {
  EMSCRIPTEN_WEBAUDIO_T audio = emscripten_create_audio_context(NULL);
  emscripten_start_wasm_audio_worklet_thread_async(audio, stack, sizeof stack, started, NULL);
}
