/** I3. @param {Findings} found */
export function checkClassStacks(found: Findings): void;
/** I4. @param {Findings} found */
export function checkRoomStacks(found: Findings): void;
/** I4: large blocks by the spare MiniPages of their last page. @param {Findings} found */
export function checkSpareStacks(found: Findings): void;
/** I6. @param {Findings} found */
export function checkBins(found: Findings): void;
/** I10. @param {Findings} found */
export function checkMetadata(found: Findings): void;
export type Findings = import("./check.js").Findings;
