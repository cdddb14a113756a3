/** @typedef {import('./check.js').Findings} Findings */
/** I7: the class of every MiniPage that the maps cover. @param {Findings} found */
export function checkMaps(found: Findings): void;
export type Findings = import("./check.js").Findings;
