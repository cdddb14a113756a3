// Every byte of a dump damaged, one after the other, with a checksum that fits: a reader that is asked everything answers, or
// says in an error of its own what is wrong. It never crashes, and never goes on for ever.
import assert from 'node:assert/strict';
import { GharialError, HeapReader, renderReport } from '../../js/index.js';
import { fnv1a } from '../../js/memory.js';
import { everything } from './support/heaps.js';
import { syntheticDump } from './support/synthetic.js';

const CHECKSUM = 48;

describe('a dump with one damaged byte', function () {
  this.timeout(300_000);

  for (const word_bytes of /** @type {const} */ ([4, 8]))
    it(`answers or says what is wrong, whichever byte it is: ${8 * word_bytes}-bit addresses`, () => {
      const { dump } = syntheticDump(word_bytes, 64);
      const view = new DataView(dump.buffer, dump.byteOffset);
      const head = dump.slice(0, CHECKSUM);
      let [answered, refused, unsound] = [0, 0, 0];
      // Most of the dump is zero, as are maps of pages that hold nothing: of those the bytes beside something will do.
      const isDull = (/** @type {number} */ at) =>
        dump.subarray(Math.max(0, at - 2), at + 3).every((byte) => byte === 0);
      const places = [...dump.keys()].filter((at) => !isDull(at));
      for (const [i, at] of places.entries()) {
        if (at >= CHECKSUM && at < CHECKSUM + 4) continue;
        const right = dump[at];
        dump[at] = at % 2 === 0 ? right ^ 0xff : right ^ 1;
        if (at < CHECKSUM) head[at] = dump[at];
        view.setUint32(CHECKSUM, fnv1a(dump.subarray(CHECKSUM + 4), fnv1a(head)), true);
        try {
          const heap = new HeapReader(dump);
          if (!heap.validateHeap().ok) unsound++;
          everything(heap);
          if (i % 8 === 0) renderReport(heap);
          answered++;
        } catch (error) {
          assert.ok(
            error instanceof GharialError,
            `byte ${at}: ${/** @type {any} */ (error).stack}`,
          );
          refused++;
        }
        dump[at] = right;
        if (at < CHECKSUM) head[at] = right;
      }
      assert.ok(
        answered > 100 && refused > 100 && unsound > 10,
        `${answered}, ${refused}, ${unsound}`,
      );
    });
});
