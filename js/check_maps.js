// check_maps.js — the class map agrees with the runs (I7), and the maps cover the heap and lie where metadata does (I9).
import { hex } from './errors.js';
import { FlatMaps } from './maps.js';

/** @typedef {import('./check.js').Findings} Findings */

/** I7: the class of every MiniPage that the maps cover. @param {Findings} found */
export function checkMaps(found) {
  const { heap, class_runs } = found;
  const { maps, memory, mapped_pages, layout } = heap;
  if (mapped_pages === 0) return;
  const mini_pages = mapped_pages * heap.minis;
  checkCover(found, mini_pages);
  for (let first = 0; first < mini_pages; ) {
    const count = Math.min(maps.together(first), mini_pages - first);
    const begin = maps.classAddress(first);
    const keys = memory.bytes(begin, count);
    for (let i = 0; i < count && !found.full; ++i) {
      const key = (class_runs.get(first + i)?.size_class ?? 0) * 2 ** layout.k.class_key_shift;
      if (keys[i] !== key)
        found.add(
          'I7',
          begin + i,
          `the class map says ${keys[i]} at ${hex(heap.addressOf(first + i))}, its run says ${key}`,
        );
    }
    first += count;
  }
}

/** I9: the maps cover the heap and lie in memory that is theirs. @param {Findings} found @param {number} mini_pages that they cover */
function checkCover(found, mini_pages) {
  const { heap, runs } = found;
  const { maps, mapped_pages, layout } = heap;
  const { segment_bytes } = layout.k;
  /** @param {number} at @param {boolean} is_there */
  const expect = (at, is_there) =>
    found.expect(
      mini_pages > heap.end && is_there,
      'I9',
      at,
      `the maps cover ${mapped_pages} heap pages in ${heap.mapSize()} bytes; the heap ends at ${hex(heap.addressOf(heap.end))}`,
    );
  if (maps instanceof FlatMaps) {
    const end = maps.runs + heap.mapSize();
    const ends = [
      maps.entryAddress(mini_pages),
      maps.metaWordAddress(mapped_pages),
      maps.classes + mini_pages,
    ];
    expect(
      maps.runs,
      ends.every((at) => at <= end),
    );
    return;
  }
  const pieces = runs.filter(({ kind }) => kind === 'maps');
  for (const segment of maps.segments)
    expect(
      segment,
      pieces.some(
        ({ address, length }) =>
          address <= segment && segment + segment_bytes <= address + length * heap.mini_bytes,
      ),
    );
}
