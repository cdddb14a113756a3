/** @param {import('./memory.js').MemorySource} source @param {Layout} layout @param {number} [tries] @returns {Opened} */
export function lookAt(source: import("./memory.js").MemorySource, layout: Layout, tries?: number): Opened;
export type Layout = import("./layout.js").Layout;
export type Opened = import("./memory.js").Opened;
export type Segment = import("./memory.js").Segment;
