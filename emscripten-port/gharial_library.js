// gharial_library.js — what the port adds to a program's JavaScript: the way to the heap for statistics (stats=1) and the
// sentences of misuse (checked=1). Linked by name, so it imports nothing; names that leave it are quoted for Closure. It is
// plain JavaScript without Emscripten's preprocessor, so that the formatter and the tests can read it.
addToLibrary({
  // Addresses above 2 GiB arrive negative, those of wasm64 as BigInt.
  $gharialUnsigned: (value) => Number(value) + (value < 0 ? 2 ** 32 : 0),

  // A data symbol among the dependencies becomes a constant address here: reading it needs no call into wasm, so the heap
  // can be read after an abort too.
  $gharialHeap__deps: ['gharial_record', '$gharialUnsigned', '$getHeapMax'],
  // biome-ignore format: Closure renames what has no quotes
  $gharialHeap: () => ({
    'memory': wasmMemory,
    'record': gharialUnsigned(_gharial_record),
    'limit': getHeapMax(),
  }),

  // One sentence per fault of src/fault.hpp, in its order from 1: what, where, found, what to try.
  $gharialFaultSentences: [
    '',
    'free({where}): this {detail}-byte block is already free. Freed twice? Give each block one owner, which frees it and forgets the pointer.',
    '{where} is not the start of a block. Pass only what malloc, calloc, realloc or an aligned variant returned, and nothing that was freed.',
    'the block at {where} was written past its end of {detail} bytes. Look for an index or a length that is too large; -fsanitize=address names the line.',
    'invariant I{detail} of the heap does not hold at {where}: its metadata was overwritten. Look for a write outside a block; -fsanitize=address names the line.',
    'internal error {detail} at {where}: this is a defect of the allocator. Please report it with the program that shows it.',
    'a thread was terminated while it changed the heap, so that nobody can allocate any more. Let a worker end by itself, or keep malloc and free out of it when you terminate it.',
  ],

  // Waiting is not allowed on a browser's main thread and in an audio worklet: there Atomics.wait throws.
  gharial_may_wait__sig: 'i',
  gharial_may_wait: () => {
    try {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
      return 1;
    } catch {
      return 0;
    }
  },

  gharial_report_fault__sig: 'vipp',
  gharial_report_fault__deps: ['$gharialFaultSentences', '$gharialUnsigned'],
  gharial_report_fault: (code, where, detail) => {
    const address = gharialUnsigned(where);
    const number = gharialUnsigned(detail);
    const sentence = gharialFaultSentences[code] || `fault ${code} at {where} ({detail})`;
    const error = new Error(
      `gharial: ${sentence.replace('{where}', `0x${address.toString(16)}`).replace('{detail}', `${number}`)}`,
    );
    // biome-ignore format: Closure renames what has no quotes
    throw Object.assign(error, { 'fault': code, 'address': address, 'detail': number });
  },
});
