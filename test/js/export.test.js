// Exports are read by those they are for: pprof-format decodes, Node's own profiler says what a .heapprofile has, and the
// text of Prometheus goes through two parsers, one as strict as promtool's. What speedscope makes of a profile is in test/browser.
import assert from 'node:assert/strict';
import { Session } from 'node:inspector/promises';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { Profile } from 'pprof-format';
import { toHeapProfile, toPprof, toPrometheus, toTraceEvents } from '../../js/export.js';
import { variedHeap } from './support/heaps.js';

/** @type {import('../../js/index.js').HeapProfile} */
const profile = {
  sample_interval: 524_288,
  samples: [
    { stack: ['parse', 'load', 'main'], count: 12.4, bytes: 3_000_000_000.4, samples: 9 },
    { stack: ['load', 'main'], count: 3, bytes: 1000, samples: 1 },
    { stack: ['späte Größe', 'main'], count: 1, bytes: 100_000, samples: 1 },
  ],
};

/**
 * A strict reader of the text format: names, HELP and TYPE before the samples, no metric twice, every label escaped.
 * @param {string} text
 */
function parsePrometheus(text) {
  assert.ok(text.endsWith('\n'));
  /** @type {Map<string, { type: string, help: boolean, samples: Map<string, number> }>} */
  const metrics = new Map();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment !== null) {
      const [, what, name, rest] = comment;
      if (what === 'HELP') {
        assert.ok(!metrics.has(name), `${name} comes twice`);
        metrics.set(name, { type: '', help: true, samples: new Map() });
        current = name;
      } else {
        assert.equal(name, current);
        assert.match(rest, /^(gauge|counter)$/);
        const metric = /** @type {NonNullable<ReturnType<typeof metrics.get>>} */ (
          metrics.get(name)
        );
        metric.type = rest;
        if (rest === 'counter') assert.ok(name.endsWith('_total'), name);
        else assert.ok(!name.endsWith('_total'), name);
      }
      continue;
    }
    const sample =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\+Inf|NaN)$/.exec(
        line,
      );
    assert.ok(sample !== null, `no sample: ${line}`);
    const [, name, labels = '', value] = sample;
    assert.equal(name, current);
    const metric = /** @type {NonNullable<ReturnType<typeof metrics.get>>} */ (metrics.get(name));
    assert.ok(
      metric.type !== '' && !metric.samples.has(labels),
      `${line} comes twice or before its type`,
    );
    metric.samples.set(labels, Number(value.replace('+Inf', 'Infinity')));
  }
  return metrics;
}

describe('gharial/export', () => {
  it('toPrometheus is read by a strict parser, and says what the statistics say', async () => {
    const { heap } = await variedHeap();
    const metrics = parsePrometheus(toPrometheus(heap));
    const one = (/** @type {string} */ name, labels = '') => metrics.get(name)?.samples.get(labels);
    const statistics = heap.getHeapStatistics();
    assert.equal(one('gharial_used_heap_size_bytes'), statistics.used_heap_size);
    assert.equal(one('gharial_number_of_live_allocations'), statistics.number_of_live_allocations);
    assert.equal(one('gharial_reused_mini_pages_total'), statistics.reused_mini_pages);
    assert.equal(one('gharial_internal_fragmentation'), statistics.internal_fragmentation);
    const spaces = metrics.get('gharial_space_size_bytes')?.samples ?? new Map();
    assert.equal(
      [...spaces.values()].reduce((a, b) => a + b),
      one('gharial_memory_size_bytes'),
    );
    assert.ok(metrics.get('gharial_size_class_used_blocks')?.samples.has('block_size="64"'));
    const named = parsePrometheus(
      toPrometheus(heap.takeHeapSnapshot(), { prefix: 'app', labels: { page: 'a "b"\\\n' } }),
    );
    assert.equal(
      named.get('app_memory_size_bytes')?.samples.get('page="a \\"b\\"\\\\\\n"'),
      heap.memory_size,
    );
  });

  it('toPrometheus is read by a parser that others wrote', async () => {
    const { heap } = await variedHeap();
    const labels = { page: 'a "b"\\\n' };
    const metrics = parsePrometheusTextFormat(toPrometheus(heap, { labels }));
    const one = (/** @type {string} */ name) => metrics.find((metric) => metric.name === name);
    const statistics = heap.getHeapStatistics();
    assert.deepEqual(one('gharial_used_heap_size_bytes'), {
      name: 'gharial_used_heap_size_bytes',
      help: 'used_heap_size of getHeapStatistics().',
      type: 'GAUGE',
      metrics: [{ labels, value: String(statistics.used_heap_size) }],
    });
    assert.equal(one('gharial_reused_mini_pages_total')?.type, 'COUNTER');
    assert.deepEqual(
      one('gharial_space_size_bytes')?.metrics,
      heap.getHeapSpaceStatistics().map(({ space_name, space_size }) => ({
        value: String(space_size),
        labels: { ...labels, space: space_name },
      })),
    );
    for (const { name, help, type, metrics: samples } of metrics)
      assert.ok(help !== '' && /^(GAUGE|COUNTER)$/.test(type) && samples.length > 0, name);
  });

  it('toPprof is decoded by pprof-format', () => {
    const decoded = Profile.decode(toPprof(profile, { time: 1_700_000_000_000 }));
    const text = (/** @type {number | bigint} */ i) => decoded.stringTable.strings[Number(i)];
    assert.deepEqual(
      decoded.sampleType.map(({ type, unit }) => [text(type), text(unit)]),
      [
        ['inuse_objects', 'count'],
        ['inuse_space', 'bytes'],
      ],
    );
    assert.equal(Number(decoded.period), 524_288);
    assert.equal(BigInt(decoded.timeNanos), 1_700_000_000_000n * 1_000_000n);
    const locations = new Map(
      decoded.location.map((l) => [Number(l.id), Number(l.line[0].functionId)]),
    );
    const functions = new Map(decoded.function.map((f) => [Number(f.id), text(f.name)]));
    const stacks = decoded.sample.map((sample) => ({
      stack: sample.locationId.map((id) => functions.get(locations.get(Number(id)) ?? -1)),
      values: sample.value.map(Number),
    }));
    assert.deepEqual(stacks, [
      { stack: ['parse', 'load', 'main'], values: [12, 3_000_000_000] },
      { stack: ['load', 'main'], values: [3, 1000] },
      { stack: ['späte Größe', 'main'], values: [1, 100_000] },
    ]);
  });

  it("toHeapProfile has what V8's own heap profile has, of the same types", async () => {
    const session = new Session();
    session.connect();
    await session.post('HeapProfiler.startSampling', { samplingInterval: 128 });
    const kept = Array.from({ length: 1000 }, (_, i) => ({ i }));
    const { profile: real } = await session.post('HeapProfiler.stopSampling');
    session.disconnect();
    assert.equal(kept.length, 1000);
    /** @param {unknown} value @returns {unknown} */
    const shape = (value) =>
      Array.isArray(value)
        ? value.length > 0
          ? [shape(value[0])]
          : []
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .sort(([a], [b]) => (a < b ? -1 : 1))
                .filter(([key]) => key !== 'children')
                .map(([key, v]) => [key, shape(v)]),
            )
          : typeof value;
    const ours = JSON.parse(JSON.stringify(toHeapProfile(profile)));
    assert.deepEqual(shape(ours.head), shape(real.head));
    assert.deepEqual(shape(ours.samples), shape(real.samples));
    // every sample names a node, sizes are the nodes', ids are unique
    /** @type {Map<number, { selfSize: number }>} */
    const nodes = new Map();
    const walk = (/** @type {any} */ node) => {
      assert.ok(!nodes.has(node.id));
      nodes.set(node.id, node);
      node.children.forEach(walk);
    };
    walk(ours.head);
    for (const { nodeId, size } of ours.samples) assert.equal(nodes.get(nodeId)?.selfSize, size);
    const [main] = ours.head.children;
    assert.deepEqual(
      [main.callFrame.functionName, main.children.length, ours.head.children.length],
      ['main', 2, 1],
    );
  });

  it('toTraceEvents are counters of the Trace Event Format', async () => {
    const { heap } = await variedHeap();
    const sampler = heap.createSampler({ interval_ms: 1e6 });
    const samples = [sampler.sample(), sampler.sample()];
    sampler.stop();
    const { traceEvents } = JSON.parse(
      JSON.stringify(toTraceEvents(samples, { pid: 7, origin: samples[0].time })),
    );
    assert.equal(traceEvents.length, 6);
    for (const { ph, name, ts, pid, tid, args } of traceEvents) {
      assert.equal(ph, 'C');
      assert.ok(
        name.length > 0 && Number.isInteger(ts) && ts >= 0 && pid === 7 && Number.isInteger(tid),
      );
      for (const value of Object.values(args)) assert.ok(Number.isFinite(value));
    }
    assert.equal(traceEvents[0].args.used, samples[0].used_heap_size);
  });
});
