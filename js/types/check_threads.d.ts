/** I4: every page with a meta-page is a heap's. @param {Findings} found */
export function checkOwners(found: Findings): void;
/** I9: the list of heaps; I11: the pages that each counts. @param {Findings} found */
export function checkThreads(found: Findings): void;
export function isOwned(heap: HeapImage, mini_page: number): boolean;
export function isBorder(heap: HeapImage, mini_page: number): boolean;
export type Findings = import("./check.js").Findings;
export type HeapImage = import("./heap_image.js").HeapImage;
