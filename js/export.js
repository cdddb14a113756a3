// export.js — heaps and profiles in the formats of other tools: Prometheus, Perfetto and chrome://tracing, DevTools and
// speedscope, pprof. Pure functions; each names what opens its result.

/** @typedef {import('./heap_reader.js').HeapReader} HeapReader */
/** @typedef {import('./snapshot.js').HeapSnapshot} HeapSnapshot */
/** @typedef {import('./profiler.js').HeapProfile} HeapProfile */
/** @typedef {import('./sampler.js').HeapSample} HeapSample */

export { toPprof } from './pprof.js';

/** What climbs only. */
const COUNTERS = new Set([
  'fresh_mini_pages',
  'reused_mini_pages',
  'fresh_pages',
  'reused_pages',
  'number_of_heap_grows',
]);

/**
 * The text format of Prometheus (version 0.0.4), for `/metrics`.
 * @param {HeapReader | HeapSnapshot} from @param {{ prefix?: string, labels?: Record<string, string> }} [options] @returns {string}
 */
export function toPrometheus(from, { prefix = 'gharial', labels = {} } = {}) {
  const heap = 'heap' in from ? from.heap : from;
  /** @type {string[]} */
  const lines = [];
  /** @param {string} name @param {'gauge' | 'counter'} type @param {string} help @param {[Record<string, string | number>, number][]} values */
  const metric = (name, type, help, values) => {
    const full = `${prefix}_${name}${type === 'counter' ? '_total' : ''}`;
    lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`);
    for (const [own, value] of values)
      lines.push(`${full}${labelText({ ...labels, ...own })} ${numberText(value)}`);
  };
  metric('memory_size_bytes', 'gauge', 'Bytes of linear memory.', [[{}, heap.memory_size]]);
  for (const [name, value] of Object.entries(heap.getHeapStatistics())) {
    if (name === 'schema_version' || name.endsWith('_ratio')) continue; // can be had from the others
    const bytes = /_size$|_limit$|_memory$/.test(name) ? '_bytes' : '';
    metric(
      `${name}${bytes}`,
      COUNTERS.has(name) ? 'counter' : 'gauge',
      `${name} of getHeapStatistics().`,
      [[{}, Number(value)]],
    );
  }
  metric(
    'space_size_bytes',
    'gauge',
    'Bytes of memory by space; they add up to the memory.',
    heap
      .getHeapSpaceStatistics()
      .map(({ space_name: space, space_size }) => [{ space }, space_size]),
  );
  const classes = heap
    .getSizeClassStatistics()
    .filter(({ number_of_blocks }) => number_of_blocks > 0);
  metric(
    'size_class_used_blocks',
    'gauge',
    'Live blocks by block size.',
    classes.map((c) => [{ block_size: c.block_size }, c.number_of_used_blocks]),
  );
  metric(
    'size_class_free_blocks',
    'gauge',
    'Free blocks by block size.',
    classes.map((c) => [{ block_size: c.block_size }, c.number_of_free_blocks]),
  );
  return `${lines.join('\n')}\n`;
}

/** @param {Record<string, string | number>} labels */
function labelText(labels) {
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** @param {number} n */
const numberText = (n) => (n === Number.POSITIVE_INFINITY ? '+Inf' : String(n));

/**
 * Counters of the Trace Event Format: Perfetto and chrome://tracing draw them beside a performance trace.
 * @param {Iterable<HeapSample>} samples @param {{ pid?: number, origin?: number }} [options] origin: time of the trace's 0, in ms since the epoch
 */
export function toTraceEvents(samples, { pid = 1, origin = 0 } = {}) {
  const traceEvents = [...samples].flatMap((sample) => {
    const at = {
      ph: 'C',
      pid,
      tid: 0,
      cat: 'gharial',
      ts: Math.round((sample.time - origin) * 1000),
    };
    const { used_heap_size: used, free_heap_size: free, metadata_size: metadata } = sample;
    return [
      { ...at, name: 'wasm heap', args: { used, free, metadata } },
      { ...at, name: 'wasm memory', args: { size: sample.memory_size } },
      { ...at, name: 'wasm blocks', args: { live: sample.number_of_live_allocations } },
    ];
  });
  return { traceEvents, displayTimeUnit: 'ms' };
}

/**
 * @typedef {object} ProfileNode of a `.heapprofile`
 * @property {{ functionName: string, scriptId: string, url: string, lineNumber: number, columnNumber: number }} callFrame
 * @property {number} selfSize
 * @property {number} id
 * @property {ProfileNode[]} children
 */

/**
 * A `.heapprofile` as V8 writes it: Chrome's DevTools (Memory, Load) and speedscope open it as JSON.
 * @param {HeapProfile} profile @returns {{ head: ProfileNode, samples: { size: number, nodeId: number, ordinal: number }[] }}
 */
export function toHeapProfile({ samples }) {
  let ids = 0;
  /** @param {string} functionName @returns {ProfileNode} */
  const node = (functionName) => ({
    callFrame: {
      functionName,
      scriptId: '0',
      url: functionName === '(root)' ? '' : 'wasm',
      lineNumber: -1,
      columnNumber: -1,
    },
    selfSize: 0,
    id: ++ids,
    children: [],
  });
  const head = node('(root)');
  const taken = samples.map(({ stack, bytes }, i) => {
    let at = head;
    for (const name of stack.toReversed()) {
      let child = at.children.find(({ callFrame }) => callFrame.functionName === name);
      if (child === undefined) {
        child = node(name);
        at.children.push(child);
      }
      at = child;
    }
    at.selfSize += Math.round(bytes);
    return { size: Math.round(bytes), nodeId: at.id, ordinal: i + 1 };
  });
  return { head, samples: taken };
}
