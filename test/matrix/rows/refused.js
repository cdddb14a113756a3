// refused.js — rows that the port refuses in every variant.

/** @import { Row } from '../rows.js' */

/** @type {Row[]} */
export const tools = [
  { name: '--memoryprofiler', refused: /--memoryprofiler and --tracing are not supported/ },
  { name: '--tracing', refused: /--memoryprofiler and --tracing are not supported/ },
];

/** @type {Row[]} */
export const otherAllocators = ['dlmalloc', 'emmalloc', 'mimalloc', 'none'].map((name) => ({
  name: `-sMALLOC=${name}`,
  refused: new RegExp(`-sMALLOC=${name} .*each choose an allocator`),
}));
