/** @typedef {import('./check.js').Findings} Findings */
/** @typedef {import('./heap_image.js').MetaPage} MetaPage */
/** @param {Findings} found @param {import('./walk.js').PageRun} run */
export function checkCutPage(found: Findings, run: import("./walk.js").PageRun): void;
/** I8: every cached block, and the stacks and cursors they are in. @param {Findings} found */
export function checkCached(found: Findings): void;
export type Findings = import("./check.js").Findings;
export type MetaPage = import("./heap_image.js").MetaPage;
