// gharial_profile.js — what the port adds with profile=1: keeps the samples that src/profile.cpp asks for, each a live block
// with the call stack that allocated it, and shows them to the package's HeapProfiler. Names that leave it are quoted for
// Closure. Assumes: one thread. A stack is kept as the engine wrote it; reading it is the package's work.
addToLibrary({
  $gharialSamples__deps: [
    'gharial_profile_countdown',
    'gharial_profile_filter',
    '$gharialUnsigned',
  ],
  $gharialSamples: {
    live: null, // once started, a Map: address → { size, stack }
    mean: 0,
    depth: 32,
    state: 1,
    running: false,

    // mulberry32: the same seed takes the same samples.
    random() {
      gharialSamples.state = (gharialSamples.state + 0x6d2b79f5) | 0;
      let t = gharialSamples.state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    },
    // Exponentially distributed, so that where a sample lies says nothing of the next.
    distance: () => Math.ceil(-Math.log(1 - gharialSamples.random()) * gharialSamples.mean),
    countdown(bytes) {
      const at = gharialUnsigned(_gharial_profile_countdown);
      new DataView(wasmMemory.buffer).setBigInt64(at, BigInt(bytes), true);
    },
  },

  gharial_profile_sample__sig: 'dpp',
  gharial_profile_sample__deps: ['$gharialSamples'],
  gharial_profile_sample: (block, bytes) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = gharialSamples.depth + 8; // the allocator's own frames go
    const stack = new Error().stack || '';
    Error.stackTraceLimit = limit;
    gharialSamples.live.set(gharialUnsigned(block), {
      size: gharialUnsigned(bytes),
      stack: stack.slice(stack.startsWith('Error') ? stack.indexOf('\n') + 1 : 0),
    });
    return gharialSamples.distance();
  },

  gharial_profile_freed__sig: 'ip',
  gharial_profile_freed__deps: ['$gharialSamples'],
  gharial_profile_freed: (block) => (gharialSamples.live?.delete(gharialUnsigned(block)) ? 1 : 0),

  // A function, because Emscripten writes out an object of a library without its quotes.
  $gharialProfilerOf__deps: ['$gharialSamples'],
  // biome-ignore format: Closure renames what has no quotes
  $gharialProfilerOf: () => ({
    'start': (mean, depth, seed) => {
      const filter = gharialUnsigned(_gharial_profile_filter);
      new Uint8Array(wasmMemory.buffer, filter, 65536).fill(0);
      gharialSamples.live = new Map();
      gharialSamples.mean = mean;
      gharialSamples.depth = depth;
      gharialSamples.state = seed;
      gharialSamples.running = true;
      gharialSamples.countdown(gharialSamples.distance());
    },
    'stop': () => {
      gharialSamples.running = false;
      gharialSamples.countdown('0x7fffffffffffffff');
    },
    'running': () => gharialSamples.running,
    'interval': () => gharialSamples.mean,
    'live': () => [...(gharialSamples.live || new Map()).values()].map(({ size, stack }) => ({ 'size': size, 'stack': stack })),
  }),
  $gharialProfiler__deps: ['$gharialProfilerOf'],
  $gharialProfiler: 'gharialProfilerOf()',
});
