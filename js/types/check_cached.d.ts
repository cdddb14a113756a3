/** I8: every cached block, and the stacks and cursors they are in. @param {Findings} found */
export function checkCached(found: Findings): void;
export type Findings = import("./check.js").Findings;
export type Front = import("./front.js").Front;
