// remote.js — the model of src/remote.cpp: freers set bits in bitmap words and push words on the owner's pending stack, the owner takes
// the stack, then the bits of each word. Blocks that came home are handed out again some times, to be freed once more; when none is
// out any more, the run is gone, and so are its words.
import { must } from './explore.js';

/** @typedef {import('./explore.js').State} State @typedef {import('./explore.js').Process} Process */

/**
 * What is broken, if anything; each by the line of remote.cpp that would be wrong.
 * @typedef {'' | 'flag apart' | 'bits before next' | 'every freer pushes' | 'push before bit' | 'next written once' | 'plain or' |
 *   'plain take' | 'plain pending' | 'look at the run'} Defect
 */

const NONE = 0; // of links: word w is the link w + 1

/** @param {State} s @param {number} w */
function touch(s, w) {
  must('a word was touched of a run that is gone', !s.gone);
  return s.words[w];
}

/**
 * Process that frees blocks; a block is `word * 8 + bit`.
 * @param {number} i @param {Defect} defect @returns {Process}
 */
function freer(i, defect) {
  const step = (/** @type {State} */ s) => {
    const me = s.freers[i];
    const w = me.block >> 3;
    const bit = 1 << (me.block & 7);
    const finish = () => Object.assign(me, { at: 'idle', block: -1, top: 0, before: 0 });
    const after_bit = () => {
      if (defect === 'flag apart') me.at = 'flag';
      else if (defect === 'push before bit') finish();
      else if (me.before !== 0 && defect !== 'every freer pushes')
        if (defect === 'look at the run') me.at = 'look';
        else finish();
      else me.at = 'top';
    };
    switch (me.at) {
      case 'idle':
        if (me.blocks.length === 0) return null;
        me.block = me.blocks.shift();
        me.at = defect === 'push before bit' ? 'top' : 'bit';
        break;
      case 'bit': {
        const word = touch(s, w);
        me.before = word.free;
        must('a block was freed twice', (word.free & bit) === 0);
        if (defect === 'plain or') {
          me.at = 'store';
          break;
        }
        word.free |= bit;
        after_bit();
        break;
      }
      case 'store':
        touch(s, w).free = me.before | bit;
        after_bit();
        break;
      case 'look':
        touch(s, w);
        finish();
        break;
      case 'flag': {
        const word = touch(s, w);
        if (word.flag) finish();
        else me.at = 'top';
        word.flag = true;
        break;
      }
      case 'top':
        me.top = s.pending;
        me.at = 'next';
        break;
      case 'next':
        touch(s, w).next = me.top;
        me.at = 'push';
        break;
      case 'push':
        if (s.pending === me.top) {
          s.pending = w + 1;
          if (defect === 'push before bit') me.at = 'bit';
          else finish();
        } else {
          me.top = s.pending;
          if (defect !== 'next written once') me.at = 'next';
        }
        break;
    }
    return [s];
  };
  return { name: `freer ${i}`, step };
}

/** @param {Defect} defect @returns {Process} */
function owner(defect) {
  const step = (/** @type {State} */ s) => {
    const me = s.owner;
    const w = me.collected - 1;
    switch (me.at) {
      case 'idle':
        if (me.collected !== NONE) me.at = defect === 'bits before next' ? 'bits' : 'next';
        else if (s.pending !== NONE) me.at = 'take';
        else return null;
        return step(s);
      case 'take':
        me.collected = s.pending;
        if (defect === 'plain pending') me.at = 'forget';
        else {
          s.pending = NONE;
          me.at = 'idle';
        }
        break;
      case 'forget':
        s.pending = NONE;
        me.at = 'idle';
        break;
      case 'next':
        me.word = w;
        me.collected = touch(s, w).next;
        me.at = defect === 'bits before next' ? 'home' : defect === 'flag apart' ? 'flag' : 'bits';
        break;
      case 'flag':
        touch(s, me.word).flag = false;
        me.at = 'bits';
        break;
      case 'bits': {
        if (defect === 'bits before next') me.word = w;
        const word = touch(s, me.word);
        me.bits = word.free;
        if (defect === 'plain take') {
          me.at = 'clear';
          break;
        }
        word.free = 0;
        me.at = defect === 'bits before next' ? 'next' : 'home';
        break;
      }
      case 'clear':
        touch(s, me.word).free = 0;
        me.at = 'home';
        break;
      case 'home': {
        // Nobody else sees this: one step. take_in relies on one bit at least.
        must('a word was collected that has no bit', me.bits !== 0 || defect === 'flag apart');
        for (let bit = 0; bit < 8; ++bit) if ((me.bits >> bit) & 1) come_home(s, me.word * 8 + bit);
        me.bits = me.word = 0;
        me.at = 'idle';
        break;
      }
    }
    return [s];
  };
  return { name: 'owner', step };
}

/** @param {State} s @param {number} block */
function come_home(s, block) {
  must('a block came home twice', s.out.includes(block));
  const again = s.again.findIndex((/** @type {number[]} */ [of]) => of === block);
  if (again >= 0) {
    // Handed out once more, to be freed by somebody.
    const [[, to]] = s.again.splice(again, 1);
    s.freers[to].blocks.push(block);
    return;
  }
  s.out.splice(s.out.indexOf(block), 1);
  s.gone = s.out.length === 0;
}

/**
 * @param {number[][]} blocks that each freer frees; block = word * 8 + bit
 * @param {number[][]} again pairs: a block that is handed out again when it comes home, and to whom
 * @param {Defect} [defect]
 * @returns {import('./explore.js').Protocol}
 */
export function remoteFree(blocks, again, defect = '') {
  const out = blocks.flat();
  const words = Math.max(...out.map((block) => block >> 3)) + 1;
  return {
    start: {
      words: Array.from({ length: words }, () => ({ free: 0, next: NONE, flag: false })),
      pending: NONE,
      gone: false,
      out,
      again,
      owner: { at: 'idle', collected: NONE, word: 0, bits: 0 },
      freers: blocks.map((mine) => ({ at: 'idle', block: -1, top: 0, before: 0, blocks: mine })),
    },
    processes: [owner(defect), ...blocks.map((_, i) => freer(i, defect))],
    wrong: () => '',
    unfinished: (s) => (s.out.length === 0 ? '' : `blocks ${s.out} never came home`),
  };
}
