/**
 * generator.js — makes sequences of operations that are hard for an allocator, out of phases: fill, drain, comb, churn,
 * pins, borders of classes and pages. It knows nothing of any allocator but the sizes at which one may change its mind.
 */
import { allocates, KIND, kindOf, pack, slotOf, WORDS } from '../trace/format.js';

/** @typedef {import('./random.js').Random} Random */

const MINI_PAGE = 2048;
const PAGE = 65536;
/** Slots are few, so that phases that know nothing of each other meet in them. */
export const SLOTS = 1 << 15;
const NEAR = [-9, -8, -1, 0, 0, 0, 1, 8, 9, 16];

/** A size near a border: of a step, a power of two's quarter or eighth, a MiniPage, a page. @param {Random} random */
export const borderSize = (random) => {
  const kind = random.below(10);
  let bytes = 0;
  if (kind < 2) bytes = 8 * random.between(1, 9);
  else if (kind < 6) {
    const power = 2 ** random.between(4, 14);
    bytes = power + (power / 8) * random.below(8);
  } else if (kind < 8) bytes = MINI_PAGE * random.between(1, 40);
  else if (kind < 9) bytes = PAGE * random.between(1, 4) + MINI_PAGE * random.below(32);
  else bytes = PAGE * random.between(1, 40);
  return Math.max(1, bytes + random.pick(NEAR));
};

/** What a phase writes to, and what it knows to be live. */
export class Sequence {
  #ops = /** @type {number[]} */ ([]);
  #live = /** @type {number[]} */ ([]);
  #placeOf = new Map();

  /** @param {Random} random @param {Uint32Array} [begin] operations that come first */
  constructor(random, begin = new Uint32Array(0)) {
    this.random = random;
    for (let i = 0; i < begin.length; i += WORDS) {
      this.#ops.push(begin[i], begin[i + 1]);
      const slot = slotOf(begin[i]);
      if (allocates(kindOf(begin[i]))) this.#add(slot);
      else if (kindOf(begin[i]) === KIND.free) this.#remove(slot);
    }
  }
  get count() {
    return this.#ops.length / WORDS;
  }
  get live() {
    return this.#live;
  }
  /** @param {number} slot */
  #add(slot) {
    if (this.#placeOf.has(slot)) return;
    this.#placeOf.set(slot, this.#live.length);
    this.#live.push(slot);
  }
  /** @param {number} slot */
  #remove(slot) {
    const place = this.#placeOf.get(slot);
    if (place === undefined) return;
    const last = /** @type {number} */ (this.#live.pop());
    if (last !== slot) {
      this.#live[place] = last;
      this.#placeOf.set(last, place);
    }
    this.#placeOf.delete(slot);
  }
  /** @param {number} bytes @param {number} [kind] @param {number} [logAlignment] @returns {number} the slot */
  allocate(bytes, kind = KIND.malloc, logAlignment = 0) {
    let slot = this.random.below(SLOTS);
    while (this.#placeOf.has(slot)) slot = (slot + 1) % SLOTS;
    if (this.#live.length < SLOTS - 1) {
      this.#ops.push(pack(kind, slot, logAlignment), bytes);
      this.#add(slot);
    }
    return slot;
  }
  /** @param {number} slot */
  free(slot) {
    if (!this.#placeOf.has(slot)) return;
    this.#ops.push(pack(KIND.free, slot), 0);
    this.#remove(slot);
  }
  /** @param {number} slot @param {number} bytes */
  resize(slot, bytes) {
    if (this.#placeOf.has(slot)) this.#ops.push(pack(KIND.realloc, slot), bytes);
  }
  build() {
    return Uint32Array.from(this.#ops);
  }
}

/** How many blocks of a size fill a MiniPage, a page or more, give or take one. @param {Random} random @param {number} bytes */
const fillCount = (random, bytes) => {
  const room = random.pick([MINI_PAGE, MINI_PAGE * 2, PAGE, PAGE, PAGE * 2, PAGE * 5]);
  const count = Math.floor(room / bytes) + random.between(-1, 2);
  return Math.min(Math.max(1, count), 4000);
};

/** @param {Sequence} sequence @param {number} bytes @param {number} count @returns {number[]} slots */
const allocateMany = (sequence, bytes, count) =>
  Array.from({ length: count }, () => sequence.allocate(bytes));

/** Frees some of the blocks, in an order that matters to some design. @param {Sequence} sequence @param {number[]} slots */
const drain = (sequence, slots) => {
  const { random } = sequence;
  const order = [...slots];
  const way = random.below(4);
  if (way === 1) order.reverse();
  else if (way === 2) random.shuffle(order);
  else if (way === 3) {
    const step = random.pick([2, 3, 8, 31, 32, 33]); // all teeth of a comb, and then perhaps what is between
    const teeth = order.filter((_, i) => i % step === 0);
    const gaps = order.filter((_, i) => i % step !== 0);
    const [first, second] = random.chance(0.5) ? [teeth, gaps] : [gaps, teeth];
    for (const slot of first) sequence.free(slot);
    if (random.chance(0.5)) for (const slot of second) sequence.free(slot);
    return;
  }
  const kept = random.chance(0.4) ? random.between(1, 3) : 0;
  for (const slot of order.slice(0, Math.max(0, order.length - kept))) sequence.free(slot);
};

/** @type {Record<string, (sequence: Sequence) => void>} */
const phases = {
  fillAndDrain(sequence) {
    const bytes = borderSize(sequence.random);
    drain(sequence, allocateMany(sequence, bytes, fillCount(sequence.random, bytes)));
  },
  fill(sequence) {
    const bytes = borderSize(sequence.random);
    allocateMany(sequence, bytes, fillCount(sequence.random, bytes));
  },
  drainAll(sequence) {
    const slots = [...sequence.live];
    drain(sequence, slots.slice(sequence.random.below(slots.length + 1) % 64));
  },
  drainSome(sequence) {
    const { random, live } = sequence;
    const share = random.pick([0.1, 0.5, 0.9]);
    drain(
      sequence,
      live.filter(() => random.chance(share)),
    );
  },
  // A long-lived block among short-lived ones keeps its MiniPage or page from becoming whole.
  pins(sequence) {
    const { random } = sequence;
    const pin = random.pick([1, 8, 16, 40, 100, 1024, MINI_PAGE]);
    const between = random.pick([
      MINI_PAGE,
      MINI_PAGE - 16,
      8192,
      PAGE,
      PAGE - MINI_PAGE,
      PAGE / 2,
    ]);
    const passing = [];
    for (let n = random.between(4, 80); n > 0; n--) {
      sequence.allocate(pin);
      passing.push(sequence.allocate(Math.max(1, between - (random.chance(0.3) ? pin : 0))));
    }
    drain(sequence, passing);
  },
  churn(sequence) {
    const { random } = sequence;
    const sizes = Array.from({ length: random.between(1, 12) }, () => borderSize(random));
    for (let n = random.between(50, 1500); n > 0; n--) {
      if (sequence.live.length > 0 && random.chance(0.5)) sequence.free(random.pick(sequence.live));
      else sequence.allocate(random.pick(sizes));
    }
  },
  // One size after the other, each on a heap that the sizes before have cut.
  everySize(sequence) {
    const { random } = sequence;
    const each = random.pick([1, 1, 2, 20]);
    const down = random.chance(0.5);
    /** @type {number[]} */
    const sizes = [];
    for (
      let bytes = 8;
      bytes < 70000;
      bytes += Math.max(8, 2 ** (Math.floor(Math.log2(bytes)) - 2))
    )
      sizes.push(bytes + random.pick([0, 0, 1]));
    if (down) sizes.reverse();
    const slots = sizes.flatMap((bytes) => allocateMany(sequence, bytes, each));
    if (random.chance(0.7)) drain(sequence, slots);
  },
  probes(sequence) {
    const { random } = sequence;
    for (let n = random.between(10, 200); n > 0; n--) {
      const slot = sequence.allocate(borderSize(random));
      if (random.chance(0.8)) sequence.free(slot);
    }
  },
  large(sequence) {
    const { random } = sequence;
    const slots = Array.from({ length: random.between(3, 60) }, () =>
      sequence.allocate(
        PAGE * random.between(0, 8) + MINI_PAGE * random.below(32) + 1 + random.below(MINI_PAGE),
      ),
    );
    drain(sequence, slots);
  },
  calloc(sequence) {
    const { random } = sequence;
    const sizes = Array.from({ length: 4 }, () => borderSize(random));
    for (let n = random.between(5, 200); n > 0; n--) {
      const slot = sequence.allocate(random.pick(sizes), KIND.calloc);
      if (random.chance(0.6)) sequence.free(slot);
    }
  },
  memalign(sequence) {
    const { random } = sequence;
    const logs = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];
    for (let n = random.between(5, 150); n > 0; n--) {
      const log = random.pick(logs);
      const bytes = random.chance(0.5) ? borderSize(random) : random.between(1, 600);
      const slot = sequence.allocate(bytes, KIND.memalign, log);
      if (random.chance(0.6)) sequence.free(slot);
    }
  },
  realloc(sequence) {
    const { random } = sequence;
    const slots = Array.from({ length: random.between(1, 8) }, () =>
      sequence.allocate(borderSize(random)),
    );
    for (let n = random.between(5, 200); n > 0; n--) {
      const slot =
        random.chance(0.8) || !sequence.live.length
          ? random.pick(slots)
          : random.pick(sequence.live);
      sequence.resize(slot, borderSize(random));
    }
    if (random.chance(0.5)) drain(sequence, slots);
  },
};
const names = Object.keys(phases);
/** Phases that give an entry point more to do than the others. @type {Record<string, string[]>} */
const own = {
  calloc: ['calloc', 'calloc'],
  memalign: ['memalign', 'memalign'],
  realloc: ['realloc', 'realloc'],
  malloc: ['probes', 'everySize'],
  free: ['drainAll', 'drainSome'],
};

/** Adds phases until the sequence has about `length` operations. @param {Sequence} sequence @param {number} length @param {string} entry */
const extend = (sequence, length, entry) => {
  const choice = [...names.filter((name) => !(name in own) || name === entry), ...own[entry]];
  for (let n = 0; n < 40 && sequence.count < length; n++)
    phases[sequence.random.pick(choice)](sequence);
};

/** @param {Random} random @param {number} length @param {string} entry @returns {Uint32Array} */
export const generate = (random, length, entry) => {
  const sequence = new Sequence(random);
  extend(sequence, length, entry);
  return sequence.build().subarray(0, 4 * length * WORDS);
};

/**
 * A change of a sequence whose operation `worst` was expensive. What makes no sense afterwards, the player leaves out.
 * @param {Random} random @param {Uint32Array} ops @param {number} worst @param {Uint32Array} other another sequence
 * @param {number} length @param {string} entry
 */
export const mutate = (random, ops, worst, other, length, entry) => {
  const count = ops.length / WORDS;
  /** @param {number} from @param {number} to */
  const part = (from, to) => ops.subarray(from * WORDS, to * WORDS);
  /** @param {...Uint32Array} parts */
  const joined = (...parts) => {
    const all = new Uint32Array(parts.reduce((sum, each) => sum + each.length, 0));
    let at = 0;
    for (const each of parts) {
      all.set(each, at);
      at += each.length;
    }
    return all;
  };
  const way = random.below(8);
  if (way <= 1) {
    // What led to the call, and then something else.
    const cut = Math.max(0, worst - random.pick([0, 1, 2, 10, 100, 1000]));
    const sequence = new Sequence(random, part(0, cut));
    extend(sequence, Math.max(length, cut + 500), entry);
    return sequence.build().subarray(0, 4 * length * WORDS);
  }
  const end = Math.min(count, worst + random.pick([1, 1, 50, 1000]));
  if (way === 2) {
    const from = random.below(end);
    const to = Math.min(end, from + random.pick([1, 5, 50, 500]));
    return joined(part(0, from), part(to, end));
  }
  if (way === 3) {
    const from = random.below(end);
    const to = Math.min(end, from + random.pick([5, 50, 500]));
    return joined(part(0, to), part(from, end)).subarray(0, 4 * length * WORDS);
  }
  if (way === 4) {
    const from = random.below(other.length / WORDS);
    const piece = other.subarray(from * WORDS, (from + random.pick([50, 500, 3000])) * WORDS);
    const at = random.below(end);
    return joined(part(0, at), piece, part(at, end)).subarray(0, 4 * length * WORDS);
  }
  const changed = part(0, end).slice();
  if (way === 5) {
    // One size becomes another everywhere: another class in the same play.
    const old = changed[random.below(end) * WORDS + 1];
    const bytes = borderSize(random);
    for (let i = 0; i < changed.length; i += WORDS)
      if (changed[i + 1] === old && old > 0) changed[i + 1] = bytes;
  } else if (way === 6) {
    for (let n = random.between(1, 10); n > 0; n--) {
      const i = random.below(end) * WORDS;
      if (changed[i + 1] > 0) changed[i + 1] = borderSize(random);
    }
  } else {
    for (let n = random.between(1, 5); n > 0; n--) {
      const i = random.below(end) * WORDS;
      const j = Math.min(end - 1, i / WORDS + random.pick([1, 10, 100])) * WORDS;
      const [first, bytes] = [changed[i], changed[i + 1]];
      changed[i] = changed[j];
      changed[i + 1] = changed[j + 1];
      changed[j] = first;
      changed[j + 1] = bytes;
    }
  }
  return changed;
};
