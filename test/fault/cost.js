// cost.js — what a variant costs beside the release: instructions, memory and code, measured as the benchmark does.
import { countPattern } from '../../bench/measure/count.js';
import { measureMemory } from '../../bench/measure/memory.js';
import { measureSize } from '../../bench/measure/size.js';
import { patterns } from '../../bench/patterns/index.js';

/** @param {number[]} numbers */
const geometricMean = (numbers) =>
  Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);

/** Instructions of each pattern with the variant ÷ those with the release. @param {string} variant */
export async function instructionRatios(variant) {
  /** @type {{ name: string, title: string, release: number, variant: number, ratio: number }[]} */
  const ratios = [];
  for (const { name, title } of patterns.filter(({ memoryOnly }) => !memoryOnly)) {
    const { instructions: release } = await countPattern('gharial', name);
    const { instructions } = await countPattern(variant, name);
    ratios.push({ name, title, release, variant: instructions, ratio: instructions / release });
  }
  return { ratios, mean: geometricMean(ratios.map(({ ratio }) => ratio)) };
}

/** Highest break beyond static data with the variant ÷ with the release. @param {string} variant */
export async function memoryRatios(variant) {
  const names = patterns.filter(({ memoryOnly }) => !memoryOnly).map(({ name }) => name);
  const ratios = [];
  for (const name of names) {
    const { peakBreak: release } = await measureMemory('gharial', name);
    const { peakBreak } = await measureMemory(variant, name);
    ratios.push({ name, ratio: peakBreak / release });
  }
  return { ratios, mean: geometricMean(ratios.map(({ ratio }) => ratio)) };
}

/** Bytes of wasm at -Oz of a program of malloc and free, and of one with all of C's interface. @param {string} variant */
export async function sizes(variant) {
  const rows = await measureSize({ patterns: [], allocators: ['gharial', variant] });
  const of = (/** @type {string} */ allocator, /** @type {string} */ pattern) =>
    rows.find(
      (row) => row.allocator === allocator && row.pattern === pattern && row.metric === 'raw',
    )?.value ?? Number.NaN;
  const program = (/** @type {string} */ pattern) => ({
    release: of('gharial', pattern),
    variant: of(variant, pattern),
  });
  return { mallocFree: program('malloc-free'), wholeApi: program('whole-api') };
}
