// timeline.js — how the heap was over time: live, free and metadata as bands, growth as marks, the value under the pointer.
import { el, sizeToBox } from './dom.js';
import { count, size } from './format.js';
import { css } from './palette.js';

/** @typedef {{ time: number, live: number, slack: number, free: number, meta: number, total: number, grows: number }} Moment bytes; time in ms */

/** @typedef {{ name: string, of: (moment: Moment) => number, colour: string }} Band */

const KEPT = 1200;

export class Timeline {
  /** @type {Moment[]} */ moments = [];
  #canvas = /** @type {HTMLCanvasElement} */ (el('canvas', { 'aria-hidden': 'true' }));
  #words = el('div.readout', { 'aria-hidden': 'true' });
  /** @type {number | undefined} */ #pointer;
  /** @type {import('./palette.js').Palette} */ palette;

  /** @param {import('./palette.js').Palette} palette */
  constructor(palette) {
    this.palette = palette;
    this.element = el(
      'div.timeline',
      {
        role: 'img',
        onpointermove: (/** @type {PointerEvent} */ event) => {
          this.#pointer = event.clientX - this.element.getBoundingClientRect().left;
          this.draw();
        },
        onpointerleave: () => {
          this.#pointer = undefined;
          this.draw();
        },
      },
      this.#canvas,
      this.#words,
    );
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** @param {Moment} moment */
  add(moment) {
    this.moments.push(moment);
    // Half of the older half goes, so that the line reaches back to the start in any case.
    if (this.moments.length > KEPT)
      this.moments = this.moments.filter((_, i) => i > KEPT / 2 || i % 2 === 0);
    this.draw();
  }

  clear() {
    this.moments = [];
    this.draw();
  }

  draw() {
    const ratio = sizeToBox(this.#canvas);
    if (ratio === 0) return;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext('2d'));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    context.clearRect(0, 0, width, height);
    const { palette } = this;
    const moments =
      this.moments.length === 1
        ? [{ ...this.moments[0], time: this.moments[0].time - 1 }, this.moments[0]]
        : this.moments;
    const dark = palette.theme === 'dark';
    const left = 58;
    const [bottom, top] = [height - 6, 10];
    const last = moments.at(-1);
    const peak = nice(Math.max(65_536, ...moments.map(({ total }) => total)));
    const [from, to] = [
      moments[0]?.time ?? 0,
      Math.max(last?.time ?? 0, (moments[0]?.time ?? 0) + 1),
    ];
    const x = (/** @type {number} */ time) =>
      left + ((time - from) / (to - from)) * (width - left - 8);
    const y = (/** @type {number} */ bytes) => bottom - (bytes / peak) * (bottom - top);

    context.font = '11px ui-monospace, Menlo, monospace';
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (const share of [0, 0.5, 1]) {
      context.fillStyle = dark ? 'rgb(126 135 152)' : 'rgb(110 118 133)';
      context.fillText(
        size(peak * share),
        left - 8,
        Math.max(7, Math.min(height - 6, y(peak * share))),
      );
      context.fillStyle = dark ? 'rgb(255 255 255 / 7%)' : 'rgb(0 0 0 / 7%)';
      context.fillRect(left, Math.round(y(peak * share)), width - left - 8, 1);
    }
    if (last === undefined) return;
    const bands = this.#bands();
    const base = moments.map(() => 0);
    for (const { of, colour } of bands) {
      context.beginPath();
      for (const [i, moment] of moments.entries())
        context.lineTo(x(moment.time), y(base[i] + of(moment)));
      for (let i = moments.length - 1; i >= 0; --i) context.lineTo(x(moments[i].time), y(base[i]));
      context.closePath();
      context.fillStyle = colour;
      context.fill();
      for (const [i, moment] of moments.entries()) base[i] += of(moment);
    }
    context.fillStyle = dark ? 'rgb(255 255 255 / 75%)' : 'rgb(0 0 0 / 70%)';
    for (let i = 1; i < moments.length; ++i)
      if (moments[i].grows > moments[i - 1].grows)
        context.fillRect(Math.round(x(moments[i].time)), y(moments[i].total) - 5, 1.5, 5);
    this.#read(context, x, bands, top, bottom, dark);
    this.element.setAttribute(
      'aria-label',
      `Heap over ${Math.round((to - from) / 1000)} seconds: ${size(last.live)} live, ${size(last.free + last.slack)} free, ${size(last.meta)} metadata, ${size(last.total)} in all; grown ${last.grows} times`,
    );
  }

  /** @returns {Band[]} */
  #bands() {
    const { palette } = this;
    const ink = (/** @type {[number, number, number]} */ rgb) => css(rgb);
    const dark = palette.theme === 'dark';
    return [
      { name: 'live', of: (m) => m.live, colour: ink(palette.size(512)) },
      {
        name: 'free in MiniPages',
        of: (m) => m.slack,
        colour: dark ? 'rgb(33 83 98)' : 'rgb(150 200 205)',
      },
      {
        name: 'free runs',
        of: (m) => m.free,
        colour: ink(palette.kind.free),
      },
      {
        name: 'metadata',
        of: (m) => m.meta,
        colour: ink(palette.kind.metadata),
      },
    ];
  }

  /** @param {CanvasRenderingContext2D} context @param {(time: number) => number} x @param {Band[]} bands @param {number} top @param {number} bottom @param {boolean} dark */
  #read(context, x, bands, top, bottom, dark) {
    const { moments } = this;
    const pointer = this.#pointer;
    let chosen = moments.length - 1;
    if (pointer !== undefined) {
      for (const [i, { time }] of moments.entries())
        if (Math.abs(x(time) - pointer) < Math.abs(x(moments[chosen].time) - pointer)) chosen = i;
      context.fillStyle = dark ? 'rgb(255 255 255 / 60%)' : 'rgb(0 0 0 / 50%)';
      context.fillRect(Math.round(x(moments[chosen].time)), top, 1, bottom - top);
    }
    const moment = moments[chosen];
    const ago = (moments[moments.length - 1].time - moment.time) / 1000;
    this.#words.replaceChildren(
      ...bands.flatMap(({ name, of, colour }) => [
        el('i.swatch', { style: { background: colour } }),
        `${name} ${size(of(moment))}`,
      ]),
      el('i.mark'),
      `grown ${count(moment.grows)} times`,
      el('b', {}, chosen === moments.length - 1 ? 'now' : `${ago.toFixed(1)} s ago`),
    );
  }
}

/** The next larger number that reads well. @param {number} bytes */
function nice(bytes) {
  const unit = 2 ** Math.floor(Math.log2(bytes));
  return [1, 1.25, 1.5, 1.75, 2].map((f) => f * unit).find((n) => n >= bytes) ?? 2 * unit;
}
