// expose.js — behind a script whose Module node cannot see otherwise (--extern-post-js).
globalThis.matrixModule = Module;
