/** I3. @param {Findings} found */
export function checkClassStacks(found: Findings): void;
/** I6. @param {Findings} found */
export function checkBins(found: Findings): void;
/** I6, of own pages: those with room are on the list for it, and on no other. @param {Findings} found */
export function checkOwnLists(found: Findings): void;
/** I10. @param {Findings} found */
export function checkMetaRuns(found: Findings): void;
export type Findings = import("./check.js").Findings;
