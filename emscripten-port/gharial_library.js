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
    'the block at {where} was written to after it was freed. Look for a pointer that outlives what it points to.',
    'the block at {where} is freed with another size than it has. Look for a wrong type in delete.',
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

  // The hardened variant knows more: of the block that an address lies in, where it begins and how many bytes it has, and by
  // fault, in the order of src/fault.hpp, what `number` says. Sentences as above.
  $gharialMisuseSentences: {
    1: 'free({where}): this {bytes}-byte block is already free. Freed twice? Give each block one owner, which frees it and forgets the pointer.',
    2: '{where} is not the start of a live block{place}. Pass only what malloc, calloc, realloc or an aligned variant returned, and nothing that was freed.',
    3: 'the {bytes}-byte block at {block} was written past its end, at {where}: at most {number} bytes were asked for. Look for an index or a length that is too large; -fsanitize=address names the line.',
    6: 'the {bytes}-byte block at {block} was written to after it was freed, at {where}. Look for a pointer that outlives what it points to; -fsanitize=address names the line.',
    7: 'the {bytes}-byte block at {block} is freed as one of {number} bytes, and another size was asked for. Deleted as another type, or through a base class without a virtual destructor?',
  },
  // Of an address that is no block, by the kind of run that it lies in (RunKind of src/layout.hpp).
  $gharialPlaces: [
    ': it lies outside the heap, as static data and the stack do',
    ': the memory there is free; it may have been a block that was freed before',
    ': it lies {offset} bytes into a {bytes}-byte block at {block}',
    ': it lies {offset} bytes into a {bytes}-byte block at {block}',
    ': the heap keeps its metadata there',
    ': the heap keeps its metadata there',
    ': somebody else took that memory from sbrk',
  ],
  // With stacks=1: where each block was allocated and freed last, by address.
  $gharialStacks: 'new Map()',

  gharial_note_block__sig: 'vpp',
  gharial_note_block__deps: ['$gharialStacks', '$gharialUnsigned'],
  gharial_note_block: (block, bytes) => {
    const address = gharialUnsigned(block);
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 24;
    const stack = new Error();
    Error.stackTraceLimit = limit;
    const seen = gharialStacks.get(address);
    // Number(-1) is what "gone" arrives as.
    if (Number(bytes) !== -1) gharialStacks.set(address, [stack]);
    else if (seen) seen[1] = stack;
  },

  gharial_report_misuse__sig: 'vipppp',
  gharial_report_misuse__deps: [
    '$gharialMisuseSentences',
    '$gharialPlaces',
    '$gharialStacks',
    '$gharialUnsigned',
  ],
  gharial_report_misuse: (code, where, block, bytes, number) => {
    const address = gharialUnsigned(where);
    const begin = gharialUnsigned(block);
    const size = gharialUnsigned(bytes);
    const detail = gharialUnsigned(number);
    const hex = (value) => `0x${value.toString(16)}`;
    let sentence = gharialMisuseSentences[code]
      .replace('{place}', ((size || detail < 2 || detail > 3) && gharialPlaces[detail]) || '')
      .replace('{offset}', `${address - begin}`)
      .replace('{where}', hex(address))
      .replace('{number}', `${detail}`);
    // Twice in some sentences.
    sentence = sentence.split('{block}').join(hex(begin)).split('{bytes}').join(`${size}`);
    const stacks = gharialStacks.get(begin) || [];
    const lines = (title, error) =>
      error ? `\n${title}:\n${error.stack.split('\n').slice(2).join('\n')}` : '';
    const error = new Error(
      `gharial: ${sentence}${lines('allocated', stacks[0])}${lines('freed first', stacks[1])}`,
    );
    // biome-ignore format: Closure renames what has no quotes
    throw Object.assign(error, { 'fault': code, 'address': address, 'detail': detail, 'block': begin, 'bytes': size });
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
