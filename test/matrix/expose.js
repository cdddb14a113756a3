// expose.js — behind a script whose Module node cannot see otherwise (--extern-post-js).
globalThis.matrixModule = Module; // biome-ignore lint/correctness/noUndeclaredVariables: the script's own
