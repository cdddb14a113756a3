// The recorder sees every call, whoever makes it, with any allocator; the player makes the same calls again, on any allocator.
import assert from 'node:assert/strict';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { allocators } from '../../bench/allocators/index.js';
import { link } from '../../bench/measure/build.js';
import { instantiate } from '../../bench/measure/instance.js';
import { KINDS, kindOf, logAlignmentOf, slotOf } from '../../bench/trace/format.js';
import {
  buildPlayer,
  checkTrace,
  countTrace,
  play,
  Recorder,
  recorderFlags,
  traceNamed,
  traces,
} from '../../bench/trace/index.js';
import { BUILD_TIMEOUT } from '../support/build.js';
import { anyTrace } from './support.js';

const real = allocators.filter(({ role }) => role !== 'reference').map(({ name }) => name);
const [calls, ...wraps] = [fileURLToPath(new URL('calls.cpp', import.meta.url)), ...recorderFlags];
const sources = [calls, ...wraps.filter((word) => !word.startsWith('-'))];
const flags = [
  ...[
    '-O1',
    '-fno-builtin',
    '-sMODULARIZE',
    '-sEXPORT_ES6',
    '-sENVIRONMENT=node',
    '-sINVOKE_RUN=0',
    '-sALLOW_MEMORY_GROWTH',
  ],
  ...['-sEXPORTED_RUNTIME_METHODS=callMain', ...wraps.filter((word) => word.startsWith('-'))],
];

/** @param {string} allocator @returns {Promise<string[]>} */
const record = async (allocator) => {
  const path = link('recorded', sources, flags, allocator, { compiler: 'em++' });
  const { default: create } = await import(pathToFileURL(path).href);
  const recorder = new Recorder();
  const module = await create({ gharialTrace: recorder.take });
  assert.equal(module.callMain([]), 0);
  assert.equal(recorder.unknown, 0);
  const { ops, count } = recorder.trace(module, 'calls');
  return Array.from({ length: count }, (_, i) => {
    const word = ops[i * 2];
    const alignment = logAlignmentOf(word) ? ` ^${logAlignmentOf(word)}` : '';
    return `${KINDS[kindOf(word)]} #${slotOf(word)} ${ops[i * 2 + 1]}${alignment}`;
  });
};

const EXPECTED = [
  ...['malloc #0 100', 'calloc #1 21', 'realloc #0 5000', 'memalign #2 33 ^6', 'free #1 0'],
  ...['reallocNull #1 12', 'freeNull #0 0', 'malloc #3 12', 'malloc #4 4', 'free #4 0'],
  ...['memalign #4 10 ^8', 'memalign #5 64 ^5', 'free #3 0', 'free #0 0', 'free #2 0'],
  ...['free #1 0', 'free #4 0', 'free #5 0'],
];

describe('allocation traces', function () {
  this.timeout(BUILD_TIMEOUT);

  for (const allocator of real)
    it(`records the calls of a program with ${allocator}`, async () => {
      const found = await record(allocator);
      // What libraries ask for before main and after it may stand around ours.
      const first = found.indexOf(EXPECTED[0]);
      // mimalloc has an operator new of its own, which asks no malloc.
      const expected = EXPECTED.filter(
        (call, i) =>
          allocator !== 'mimalloc' ||
          !(call === 'malloc #4 4' || EXPECTED[i - 1] === 'malloc #4 4'),
      );
      assert.deepEqual(found.slice(first, first + expected.length), expected);
    });

  it('ships a trace of every program', () => {
    const shipped = traces();
    assert.deepEqual(
      shipped.map(({ name }) => name),
      ['containers', 'expat', 'lua', 'mujs', 'quickjs', 'sqlite', 'yyjson'],
    );
    // Many blocks or large ones.
    for (const { name, count, peakBytes } of shipped)
      assert.ok(
        (count > 10_000 && peakBytes > 100_000) || (count > 100 && peakBytes > 10_000_000),
        name,
      );
  });

  for (const allocator of real)
    it(`plays the shipped traces with ${allocator}, and finds every block intact`, async () => {
      for (const { name, count, peakBytes } of traces()) {
        const { fault, failures, calls, peakBreak } = await checkTrace(allocator, traceNamed(name));
        assert.deepEqual(
          { name, fault, failures, calls },
          { name, fault: '', failures: 0, calls: count },
        );
        assert.ok(peakBreak >= peakBytes, `${name}: ${peakBreak} bytes cannot hold ${peakBytes}`);
      }
    });

  it('counts the same instructions each time', async () => {
    const trace = traceNamed('sqlite');
    assert.deepEqual(await countTrace('gharial', trace), await countTrace('gharial', trace));
  });

  it('plays any trace without damage, and what cannot be had fails', async () => {
    const program = await instantiate(buildPlayer('gharial', { check: true }));
    const playable = anyTrace.filter(({ peakBytes }) => peakBytes < 2 ** 24);
    fc.assert(
      fc.property(playable, (trace) => {
        play(program, trace);
        program.wasmExports.player_clear(trace.slots);
        assert.equal(program.wasmExports.player_faults(), 0);
      }),
      { numRuns: 50 },
    );
  });

  it('tells which blocks were damaged', async () => {
    const trace = traceNamed('sqlite');
    const { fault } = await checkTrace('stub', trace).catch((error) => ({ fault: String(error) }));
    assert.match(fault, /damaged|unreachable|bounds/); // the stub gives the same memory to everyone
  });
});
