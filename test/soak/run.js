// The soak from the command line: SOAK_OPERATIONS calls with every variant that is made for production; a line for each epoch.
import { soak } from './soak.js';

const operations = Number(process.env.SOAK_OPERATIONS ?? 1e9);
if (!(operations >= 1000))
  throw new RangeError('SOAK_OPERATIONS is a number of calls, 1000 or more');
const MiB = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(2).padStart(8);
for (const options of ['', ':hardened=1']) {
  const begin = Date.now();
  console.log(
    `gharial${options}\n${'calls'.padStart(14)}   asked    heap    peak   largest free, MiB`,
  );
  const epochs = await soak(operations, 10, options, ({ calls, asked, heap, peak, largest_free }) =>
    console.log(
      `${calls.toLocaleString('en-US').padStart(14)}${MiB(asked)}${MiB(heap)}${MiB(peak)}${MiB(largest_free)}`,
    ),
  );
  const { verified } = epochs[epochs.length - 1];
  console.log(
    `no drift; ${verified.toLocaleString('en-US')} blocks verified; ${Math.round((Date.now() - begin) / 1000)} s\n`,
  );
}
