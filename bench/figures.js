/**
 * figures.js — SVG drawn from the results: one point for each allocator and pattern. Everything that is chosen about the
 * pictures is here; nothing is filtered out of the data before.
 */
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { peers } from './allocators/index.js';
import { patterns } from './patterns/index.js';
import { patternsOf, titleOf } from './tables.js';

/** @typedef {import('./measure/csv.js').Row} Row */

// Okabe and Ito's palette, which people with colour-blindness can tell apart too; shapes say the same once more.
const LOOKS = {
  gharial: { colour: '#009e73', shape: 'circle' },
  dlmalloc: { colour: '#0072b2', shape: 'square' },
  emmalloc: { colour: '#e69f00', shape: 'triangle-up' },
  mimalloc: { colour: '#cc79a7', shape: 'diamond' },
  bump: { colour: '#999999', shape: 'cross' },
  stub: { colour: '#bbbbbb', shape: 'triangle-down' },
};
const names = Object.keys(LOOKS);
const FONT = 'Helvetica, Arial, sans-serif';
const CONFIG = {
  background: 'white',
  font: FONT,
  padding: 12,
  view: { stroke: null },
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    gridColor: '#e8e8e8',
    labelLimit: 400,
  },
  legend: { labelFontSize: 12, title: null, orient: 'top', symbolSize: 90, labelLimit: 300 },
  title: { fontSize: 15, anchor: 'start', offset: 12 },
};

/** @param {any} spec of Vega-Lite @returns {Promise<string>} */
const svgOf = async (spec) => {
  const view = new View(parse(compile({ config: CONFIG, ...spec }).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
};

/** @param {string[]} shown names of allocators */
const lookOf = (shown) => {
  const looks = names.filter((name) => shown.includes(name));
  const colours = looks.map((name) => LOOKS[/** @type {keyof LOOKS} */ (name)].colour);
  const shapes = looks.map((name) => LOOKS[/** @type {keyof LOOKS} */ (name)].shape);
  return {
    color: { field: 'allocator', type: 'nominal', scale: { domain: looks, range: colours } },
    shape: { field: 'allocator', type: 'nominal', scale: { domain: looks, range: shapes } },
  };
};

/** 1, 2, 5, 10, 20 … from below the least value to above the greatest. @param {number[]} values */
const ticksFor = (values) => {
  const steps = Array.from(
    { length: 40 },
    (_, i) => [1, 2, 5][i % 3] * 10 ** Math.floor(i / 3 - 1),
  );
  const from = steps.findLastIndex((step) => step <= Math.min(...values));
  const to = steps.findIndex((step) => step >= Math.max(...values));
  return steps.slice(Math.max(from, 0), to + 1);
};

/**
 * @typedef {object} Points
 * @property {string} measure @property {string} metric
 * @property {string} title @property {string} axis
 * @property {[number, number]} [within] values beyond it are drawn at its edge, and the axis says so
 * @property {string[]} [only] names of patterns
 * @property {string[]} [allocators]
 */

/** Patterns from top to bottom, a logarithmic axis from left to right. @param {Row[]} rows @param {Points} points */
const pointsFigure = (rows, { measure, metric, title, axis, within, only, allocators = names }) => {
  const order = patternsOf(rows, measure).filter((name) => !only || only.includes(name));
  const values = rows
    .filter((row) => row.measure === measure && row.metric === metric && row.value > 0)
    .filter((row) => order.includes(row.pattern) && allocators.includes(row.allocator))
    .map(({ pattern, allocator, value }) => ({
      ...{ pattern: titleOf(pattern).replaceAll('`', ''), allocator },
      value: within ? Math.min(Math.max(value, within[0]), within[1]) : value,
    }))
    .sort((a, b) => names.indexOf(b.allocator) - names.indexOf(a.allocator)); // gharial is drawn last
  const shown = [...new Set(values.map(({ allocator }) => allocator))];
  const y = {
    field: 'pattern',
    type: 'nominal',
    sort: order.map((name) => titleOf(name).replaceAll('`', '')),
    axis: { title: null, ticks: false, domain: false, grid: true },
  };
  const ticks = within ? [1, 1.1, 1.2, 1.5, 2, 3, 4] : ticksFor(values.map(({ value }) => value));
  const domain = within ?? [ticks[0], ticks[ticks.length - 1]];
  const x = {
    ...{ field: 'value', type: 'quantitative', title: axis },
    scale: { type: 'log', domain, nice: false },
    axis: { values: ticks, format: '~g' },
  };
  return svgOf({
    title,
    width: 520,
    height: { step: 26 },
    data: { values },
    layer: [
      {
        transform: [{ filter: { field: 'allocator', oneOf: ['gharial', ...peers] } }],
        mark: { type: 'rule', color: '#cccccc', strokeWidth: 1.5 },
        encoding: { y, x: { ...x, aggregate: 'min' }, x2: { field: 'value', aggregate: 'max' } },
      },
      {
        mark: { type: 'point', filled: true, opacity: 0.9 },
        encoding: {
          ...{ y, x, ...lookOf(shown) },
          // What the page is about is drawn larger.
          size: {
            condition: { test: "datum.allocator === 'gharial'", value: 150 },
            value: 80,
          },
        },
      },
    ],
  });
};

/** @param {Row[]} rows */
const sizeFigure = (rows) => {
  const shown = ['gharial', ...peers, 'bump'];
  const values = rows
    .filter(({ measure, metric }) => measure === 'size' && ['raw', 'brotli'].includes(metric))
    .filter(({ allocator }) => shown.includes(allocator))
    .map(({ pattern, allocator, metric, value }) => ({
      ...{ allocator, value },
      program: titleOf(pattern).replaceAll('`', ''),
      metric: metric === 'raw' ? 'raw' : 'compressed (brotli)',
    }));
  const programs = patternsOf(rows, 'size').map((name) => titleOf(name).replaceAll('`', ''));
  const y = { field: 'allocator', type: 'nominal', sort: shown, axis: { title: null } };
  const x = {
    field: 'value',
    type: 'quantitative',
    title: 'bytes of wasm at -Oz (logarithmic)',
    scale: { type: 'log', domain: [100, 200_000], nice: false },
    axis: { format: ',', values: [100, 1000, 10_000, 100_000] },
  };
  const yOffset = { field: 'metric', sort: ['raw', 'compressed (brotli)'] };
  return svgOf({
    title: 'The whole program, in bytes',
    data: { values },
    facet: {
      column: { field: 'program', sort: programs, header: { title: null, labelFontSize: 13 } },
    },
    spec: {
      width: 320,
      height: { step: 17 },
      layer: [
        {
          mark: { type: 'bar' },
          encoding: {
            ...{ y, yOffset, color: lookOf(shown).color },
            x: { ...x, stack: null },
            x2: { datum: 100 },
            opacity: {
              field: 'metric',
              type: 'ordinal',
              scale: { domain: ['raw', 'compressed (brotli)'], range: [1, 0.5] },
            },
          },
        },
        {
          mark: { type: 'text', align: 'left', dx: 4, fontSize: 11 },
          encoding: { y, yOffset, x, text: { field: 'value', format: ',' } },
        },
      ],
    },
  });
};

/**
 * All figures of the results.
 * @param {Row[]} rows
 * @returns {Promise<Record<string, string>>} file name → SVG
 */
export const figures = async (rows) => {
  /** @type {Record<string, string>} */
  const made = {};
  /** @param {string} name @param {Points} points */
  const add = async (name, points) => {
    const there = patternsOf(rows, points.measure);
    if (there.some((pattern) => points.only?.includes(pattern) ?? true))
      made[`${name}.svg`] = await pointsFigure(rows, points);
  };
  await add('instructions', {
    ...{
      measure: 'instructions',
      metric: 'instructions',
      title: 'Executed instructions per operation',
    },
    axis: 'instructions, the loop included (logarithmic)',
  });
  await add('time', {
    ...{ measure: 'time', metric: 'median', title: 'Time per operation' },
    axis: 'nanoseconds, median (logarithmic)',
  });
  const memory = {
    ...{ measure: 'memory', metric: 'ratio', allocators: ['gharial', ...peers] },
    axis: 'peak break ÷ peak live bytes (logarithmic; 4 and more are drawn at 4)',
    within: /** @type {[number, number]} */ ([0.985, 4]),
  };
  const held = patterns.filter(({ memoryOnly }) => memoryOnly).map(({ name }) => name);
  await add('memory', {
    ...{ ...memory, title: 'Peak memory for each byte that is live at the peak' },
    only: patternsOf(rows, 'memory').filter((name) => !held.includes(name)),
  });
  await add('memory-live', {
    ...memory,
    title: 'The same with 1 000 blocks that stay',
    only: held,
  });
  if (patternsOf(rows, 'size').length > 0) made['size.svg'] = await sizeFigure(rows);
  return made;
};
