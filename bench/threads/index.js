/**
 * index.js — the loads for several threads, in the order of loads.c, and the numbers of threads with which each runs.
 */
import { fileURLToPath } from 'node:url';

export const source = fileURLToPath(new URL('loads.c', import.meta.url));

/**
 * @typedef {object} Load
 * @property {string} name @property {string} title for people
 * @property {number} operations in all
 */

/** @type {Load[]} */
export const loads = [
  { name: 'nothing-shared', title: 'nothing shared', operations: 400_000 },
  { name: 'producer-consumer', title: 'producer and consumer', operations: 409_600 },
  { name: 'handed-on', title: 'blocks handed on to another thread', operations: 400_000 },
  { name: 'mixed', title: 'mixed, most freed by another thread', operations: 200_000 },
  { name: 'lua-states', title: 'Lua states', operations: 400_000 },
];

export const threadCounts = [1, 2, 4];

/** What a row of results calls a load with so many threads. @param {Load} load @param {number} threads */
export const nameOf = ({ name }, threads) => `${name}, ${threads}`;

/** Names of rows → what people read. */
export const threadLoads = loads.flatMap((load) =>
  threadCounts.map((threads) => ({
    name: nameOf(load, threads),
    title: `${load.title}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  })),
);
