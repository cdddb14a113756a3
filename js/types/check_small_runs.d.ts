/** @typedef {import('./check.js').Findings} Findings */
/** @typedef {import('./heap_image.js').MetaPage} MetaPage */
/** @typedef {import('./heap_image.js').MiniPageHeader} MiniPageHeader */
/** I4, I7, I1. @param {Findings} found @param {import('./walk.js').Run} run */
export function checkSmallRun(found: Findings, run: import("./walk.js").Run): void;
/** I2: the lists of a page. @param {Findings} found @param {MetaPage} meta */
export function checkLists(found: Findings, meta: MetaPage): void;
export type Findings = import("./check.js").Findings;
export type MetaPage = import("./heap_image.js").MetaPage;
export type MiniPageHeader = import("./heap_image.js").MiniPageHeader;
