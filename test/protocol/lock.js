// lock.js — the models of src/lock.cpp. The lock: a word and a count of those who wait; waits end only when woken, though the real ones last a
// millisecond at most. The deferred stack: runs that were freed while another thread held the lock.
import { must } from './explore.js';

/** @typedef {import('./explore.js').State} State @typedef {import('./explore.js').Process} Process */

/**
 * @typedef {'' | 'count read first' | 'wait without a look' | 'counted when it sleeps' | 'plain take' | 'wakes nobody'} LockDefect
 */

/** @param {number} i @param {LockDefect} defect @returns {Process} */
function locker(i, defect) {
  const step = (/** @type {State} */ s) => {
    const me = s.threads[i];
    switch (me.at) {
      case 'idle':
        if (me.rounds === 0) return null;
        me.rounds--;
        me.at = 'take';
        return step(s);
      case 'take':
        me.seen = s.holder;
        if (defect === 'plain take' && s.holder === 0) me.at = 'store';
        else if (s.holder === 0) {
          s.holder = i + 1;
          me.at = 'inside';
        } else me.at = defect === 'counted when it sleeps' ? 'sleep' : 'count';
        break;
      case 'store':
        s.holder = i + 1;
        me.at = 'inside';
        break;
      case 'count':
        s.waiting++;
        me.at = 'sleep';
        break;
      case 'sleep':
        // Atomics.wait: looks and falls asleep in one step.
        if (s.holder !== me.seen && defect !== 'wait without a look') me.at = 'awake';
        else me.at = 'asleep';
        if (defect === 'counted when it sleeps' && me.at === 'asleep') me.at = 'late count';
        break;
      case 'late count': // it sleeps already
        s.waiting++;
        me.at = 'asleep';
        break;
      case 'asleep':
        return null;
      case 'awake':
        if (defect !== 'counted when it sleeps' || s.waiting > 0) s.waiting--;
        me.at = 'take';
        break;
      case 'inside':
        me.at = defect === 'count read first' ? 'look' : 'free';
        break;
      case 'free':
        s.holder = 0;
        me.at = defect === 'count read first' ? 'wake' : 'look';
        break;
      case 'look':
        me.wakes = s.waiting !== 0;
        me.at = defect === 'count read first' ? 'free' : 'wake';
        break;
      case 'wake': {
        const after = { ...me, at: 'idle', seen: 0, wakes: false };
        const asleep = s.threads.flatMap((/** @type {State} */ thread, /** @type {number} */ k) =>
          thread.at === 'asleep' ? [k] : [],
        );
        s.threads[i] = after;
        if (!me.wakes || defect === 'wakes nobody' || asleep.length === 0) return [s];
        // One of them, whichever.
        return asleep.map((/** @type {number} */ k) => {
          const next = structuredClone(s);
          next.threads[k].at = 'awake';
          return next;
        });
      }
    }
    return [s];
  };
  return { name: `thread ${i}`, step };
}

/**
 * Threads that each take the lock a few times.
 * @param {number[]} rounds of each @param {LockDefect} [defect] @returns {import('./explore.js').Protocol}
 */
export function lockAndWait(rounds, defect = '') {
  return {
    start: {
      holder: 0,
      waiting: 0,
      threads: rounds.map((n) => ({ at: 'idle', rounds: n, seen: 0, wakes: false })),
    },
    processes: rounds.map((_, i) => locker(i, defect)),
    wrong: (s) =>
      s.threads.filter((/** @type {State} */ { at }) => at === 'inside').length > 1
        ? 'two threads are inside'
        : '',
    unfinished: (s) =>
      s.threads.every((/** @type {State} */ { at, rounds: left }) => at === 'idle' && left === 0)
        ? s.waiting === 0
          ? ''
          : 'somebody is still counted as waiting'
        : 'a thread sleeps and nobody wakes it',
  };
}

/**
 * @typedef {'' | 'takes before it is done' | 'next read after release' | 'plain take' | 'next written once' | 'plain push'} DeferredDefect
 */

/**
 * Frees runs: under the lock if it is free, else it defers them. Whoever has the lock does one of the deferred first.
 * @param {number} i @param {DeferredDefect} defect @returns {Process}
 */
function releaser(i, defect) {
  const step = (/** @type {State} */ s) => {
    const me = s.threads[i];
    const run = me.runs[0];
    switch (me.at) {
      case 'idle':
        if (run === undefined) {
          // At last a flush: everybody else is done.
          const others = s.threads.some(
            (/** @type {State} */ other, /** @type {number} */ k) =>
              k !== i && (other.at !== 'idle' || other.runs.length !== 0),
          );
          if (i !== 0 || others || (s.deferred === 0 && s.drained === 0)) return null;
          s.holder = i + 1;
          me.left = -1;
          me.at = 'drain';
          break;
        }
        if (s.holder === 0) {
          s.holder = i + 1;
          me.left = 1;
          me.at = 'drain';
        } else me.at = 'top';
        break;
      // As the holder.
      case 'drain':
        if (me.left === 0) me.at = run === undefined ? 'unlock' : 'release';
        else if (s.drained === 0 || defect === 'takes before it is done') me.at = 'take';
        else me.at = 'one';
        return step(s);
      case 'take':
        if (s.deferred === 0)
          me.at = s.drained !== 0 ? 'one' : run === undefined ? 'unlock' : 'release';
        else {
          s.drained = s.deferred;
          me.at = defect === 'plain take' ? 'forget' : 'one';
          if (defect !== 'plain take') s.deferred = 0;
        }
        break;
      case 'forget':
        s.deferred = 0;
        me.at = 'one';
        break;
      case 'one': {
        const first = s.drained;
        const next = s.runs[first - 1].next;
        make_free(s, first);
        s.drained = defect === 'next read after release' ? s.runs[first - 1].next : next;
        me.left--;
        me.at = 'drain';
        break;
      }
      case 'release':
        make_free(s, run);
        me.runs.shift();
        me.at = 'unlock';
        break;
      case 'unlock':
        s.holder = 0;
        me.at = 'idle';
        break;
      // Not the holder.
      case 'top':
        me.top = s.deferred;
        me.at = 'next';
        break;
      case 'next':
        s.runs[run - 1].next = me.top;
        me.at = 'push';
        break;
      case 'push':
        if (s.deferred === me.top || defect === 'plain push') {
          s.deferred = run;
          me.runs.shift();
          me.at = 'idle';
          me.top = 0;
        } else {
          me.top = s.deferred;
          if (defect !== 'next written once') me.at = 'next';
        }
        break;
    }
    return [s];
  };
  return { name: `thread ${i}`, step };
}

/** The run is in a bin now, whose links lie where the stack's did. @param {State} s @param {number} run */
function make_free(s, run) {
  must('a run became free twice', !s.runs[run - 1].free);
  s.runs[run - 1] = { free: true, next: 0 };
}

/**
 * @param {number[][]} runs that each thread frees, from 1 @param {DeferredDefect} [defect]
 * @returns {import('./explore.js').Protocol}
 */
export function deferredRuns(runs, defect = '') {
  return {
    start: {
      holder: 0,
      deferred: 0,
      drained: 0,
      runs: runs.flat().map(() => ({ free: false, next: 0 })),
      threads: runs.map((mine) => ({ at: 'idle', runs: mine, left: 0, top: 0 })),
    },
    processes: runs.map((_, i) => releaser(i, defect)),
    wrong: () => '',
    unfinished: (s) =>
      s.runs.every((/** @type {State} */ { free }) => free) ? '' : 'a run never became free',
  };
}
