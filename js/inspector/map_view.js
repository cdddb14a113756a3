// map_view.js — the map on a canvas: scrolling, zooming, pointing, keys. Draws at most once a frame and only what shows. Two
// canvases lie on each other, so that the pointer moves without the map being drawn again.
import { el, sizeToBox } from './dom.js';
import { css } from './palette.js';
import { cellAt, fitting, flow, pixels, placeOf, raster, tints, ZOOMS } from './raster.js';

/** @typedef {import('../heap_map.js').HeapMap} HeapMap */
/** @typedef {import('./palette.js').Palette} Palette */
/** @typedef {{ select: (mini_page: number) => void, hover: (mini_page: number, x: number, y: number) => void, open: () => void }} MapEvents mini_page -1: none */

const GUTTER = 58; // CSS pixels for the numbers of heap pages

export class MapView {
  /** @type {HeapMap | undefined} */ #map;
  /** @type {Palette} */ #palette;
  /** @type {import('./raster.js').Pixels | undefined} */ #pixels;
  /** @type {import('./raster.js').Shade | undefined} */ #shade;
  /** @type {Uint32Array | undefined} of the map as it is shaded */ #tints;
  /** @type {number | undefined} chosen zoom; undefined: the one at which all fits */ #zoom;
  #canvas = /** @type {HTMLCanvasElement} */ (el('canvas', { 'aria-hidden': 'true' }));
  #over = /** @type {HTMLCanvasElement} */ (el('canvas', { 'aria-hidden': 'true' }));
  #space = el('div.space');
  #frame = 0;
  #hover = -1;
  #selected = -1;
  /** @type {ImageData | undefined} */ #image;
  #stale = true;
  #top = -1;
  /** Frames drawn and the time they took, for measurements. */
  drawn = { frames: 0, milliseconds: 0 };

  /** @param {Palette} palette @param {MapEvents} events */
  constructor(palette, events) {
    this.#palette = palette;
    this.events = events;
    this.element = el(
      'div.map',
      {
        tabindex: 0,
        role: 'application',
        'aria-roledescription': 'heap map',
        'aria-label':
          'Map of the heap. Arrow keys move from run to run, page up and down by a screen, plus and minus zoom, 0 fits, enter shows the blocks.',
        onscroll: () => this.#scrolled(),
        onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
        onpointermove: (/** @type {PointerEvent} */ event) => this.#point(event),
        onpointerleave: () => this.#setHover(-1, 0, 0),
        onclick: (/** @type {MouseEvent} */ event) => this.#click(event),
        ondblclick: () => events.open(),
        onwheel: (/** @type {WheelEvent} */ event) => this.#wheel(event),
      },
      el('div.sticky', {}, this.#canvas, this.#over),
      this.#space,
    );
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** @param {HeapMap | undefined} map */
  show(map) {
    if (map !== undefined && map.class_bytes !== this.#map?.class_bytes) this.#pixels = undefined;
    this.#map = map;
    this.#tints = undefined;
    this.draw();
  }

  /** @param {Palette} palette */
  set palette(palette) {
    this.#palette = palette;
    this.#pixels = undefined;
    this.#tints = undefined;
    this.draw();
  }

  /** What to colour in another way. @param {import('./raster.js').Shade | undefined} shade */
  set shade(shade) {
    if (shade === undefined && this.#shade === undefined) return;
    this.#shade = shade;
    this.#tints = undefined;
    this.draw();
  }

  get palette() {
    return this.#palette;
  }

  /** Places of the map are MiniPages from its first on. */
  get selected() {
    return this.#selected;
  }

  /** @param {number} steps nearer (+) or farther (-); 0: so that everything fits */
  zoom(steps) {
    const { index } = this.#geometry();
    const centre = this.#hover >= 0 ? this.#hover : this.#selected;
    this.#zoom = steps === 0 ? undefined : Math.max(0, Math.min(ZOOMS.length - 1, index + steps));
    if (steps === 0) this.element.scrollTop = 0;
    else if (centre >= 0) this.#layout(() => this.reveal(centre));
    this.draw();
  }

  /** @param {number} i place in the map @param {boolean} [tell] */
  select(i, tell = true) {
    if (this.#map === undefined || i < 0 || i >= this.#map.kind.length) return;
    this.#selected = i;
    this.reveal(i);
    this.draw(false);
    if (tell) this.events.select(i);
  }

  /** Scrolls to a place. @param {number} i */
  reveal(i) {
    const { zoom, flow: f, ratio } = this.#geometry();
    const { y } = placeOf(zoom, f, i);
    const { scrollTop, clientHeight } = this.element;
    const top = y / ratio;
    if (top < scrollTop || top + f.tile_height / ratio > scrollTop + clientHeight)
      this.element.scrollTop = Math.max(0, top - clientHeight / 2);
  }

  /** Where a place shows, in CSS pixels of the element. @param {number} i */
  pointOf(i) {
    const { zoom, flow: f, ratio } = this.#geometry();
    const { x, y } = placeOf(zoom, f, i);
    return {
      x: GUTTER + (x + zoom.cell / 2) / ratio,
      y: (y + zoom.cell / 2) / ratio - this.element.scrollTop,
    };
  }

  #scrolled() {
    if (this.element.scrollTop !== this.#top) this.draw();
  }

  /** Asks for a frame. @param {boolean} [stale] the map itself changed, not only what lies over it */
  draw(stale = true) {
    this.#stale ||= stale;
    if (this.#frame === 0)
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        if (!this.element.isConnected) return; // it was closed since, and is drawn when it is opened
        const begun = performance.now();
        this.#paint();
        this.drawn.frames += 1;
        this.drawn.milliseconds += performance.now() - begun;
      });
  }

  #geometry() {
    const ratio = globalThis.devicePixelRatio || 1;
    const k = Math.max(1, Math.round(ratio));
    const pages = this.#map?.number_of_pages ?? 0;
    const width = Math.max(1, Math.round((this.element.clientWidth - GUTTER) * ratio));
    const height = Math.round(this.element.clientHeight * ratio);
    const index = this.#zoom ?? fitting(width / k, height / k, pages, 12);
    const z = ZOOMS[index];
    const zoom = { ...z, cell: z.cell * k, gap: z.gap * k, margin: z.margin * k };
    return { index, zoom, flow: flow(zoom, width, pages), ratio, width, height, pages };
  }

  /** Does it when the size of the scrolled space is right. @param {() => void} then */
  #layout(then) {
    const { flow: f, ratio } = this.#geometry();
    this.#space.style.height = `${Math.max(0, f.height / ratio - this.element.clientHeight)}px`;
    then();
  }

  #paint() {
    const map = this.#map;
    if (map === undefined) return;
    const { zoom, flow: f, ratio, width } = this.#geometry();
    this.#layout(() => {});
    if (sizeToBox(this.#canvas) === 0) return;
    sizeToBox(this.#over);
    this.#top = this.element.scrollTop;
    const top = Math.round(this.#top * ratio);
    if (this.#stale) {
      this.#stale = false;
      const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext('2d'));
      const height = this.#canvas.height;
      if (this.#image?.width !== width || this.#image.height !== height)
        this.#image = context.createImageData(width, height);
      this.#pixels ??= pixels(this.#palette, map.class_bytes);
      this.#tints ??= tints(map, this.#pixels, this.#shade);
      raster(
        new Uint32Array(this.#image.data.buffer),
        width,
        height,
        map,
        this.#pixels,
        this.#tints,
        zoom,
        f,
        top,
        this.#shade,
      );
      const gutter = Math.round(GUTTER * ratio);
      context.clearRect(0, 0, gutter, height);
      context.putImageData(this.#image, gutter, 0);
      this.#numbers(context, map, f, zoom, top, ratio);
    }
    this.#marks(zoom, f, top, ratio);
  }

  /** Numbers of the heap pages that begin the rows. @param {CanvasRenderingContext2D} context @param {HeapMap} map @param {import('./raster.js').Flow} f @param {import('./raster.js').Zoom} zoom @param {number} top @param {number} ratio */
  #numbers(context, map, f, zoom, top, ratio) {
    const every = Math.max(1, Math.ceil((15 * ratio) / f.tile_height));
    context.font = `${11 * ratio}px ui-monospace, "Cascadia Mono", Menlo, monospace`;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillStyle = css(this.#palette.theme === 'dark' ? [126, 135, 152] : [110, 118, 133]);
    const first = Math.max(0, Math.floor(top / f.tile_height));
    const tile = f.tile_height - zoom.margin;
    for (let row = first - (first % every); row < f.rows; row += every) {
      const y = row * f.tile_height + zoom.margin + Math.min(tile, 14 * ratio) / 2 - top;
      if (y > this.#canvas.height) return;
      if (y > 4 * ratio)
        context.fillText(String(map.first_page + row * f.across), (GUTTER - 8) * ratio, y);
    }
  }

  /** @param {import('./raster.js').Zoom} zoom @param {import('./raster.js').Flow} f @param {number} top @param {number} ratio */
  #marks(zoom, f, top, ratio) {
    const context = /** @type {CanvasRenderingContext2D} */ (this.#over.getContext('2d'));
    context.clearRect(0, 0, this.#over.width, this.#over.height);
    const strong = this.#palette.theme === 'dark' ? '#fff' : '#111';
    const outer = this.#palette.theme === 'dark' ? '#000' : '#fff';
    /** @param {number} i @param {number} width @param {boolean} page */
    const frame = (i, width, page) => {
      const from = placeOf(zoom, f, page ? i - (i % 32) : i);
      const w = page ? f.tile_width - zoom.margin : zoom.cell;
      const h = page ? f.tile_height - zoom.margin : zoom.cell;
      const x = GUTTER * ratio + from.x;
      for (const [colour, d] of /** @type {[string, number][]} */ ([
        [outer, width + 1],
        [strong, width],
      ])) {
        context.strokeStyle = colour;
        context.lineWidth = d * ratio;
        const o = (d * ratio) / 2 + (d > width ? 0 : 0);
        context.strokeRect(x - o, from.y - top - o, w + 2 * o, h + 2 * o);
      }
    };
    if (this.#hover >= 0) frame(this.#hover, 1, zoom.cell < 4 * ratio);
    if (this.#selected >= 0) frame(this.#selected, 2, false);
    if (this.#selected >= 0 && zoom.cell < 4 * ratio) {
      const { x, y } = placeOf(zoom, f, this.#selected);
      context.strokeStyle = strong;
      context.lineWidth = 1.5 * ratio;
      context.beginPath();
      context.arc(GUTTER * ratio + x + zoom.cell / 2, y - top + zoom.cell / 2, 9 * ratio, 0, 7);
      context.stroke();
    }
  }

  /** @param {MouseEvent} event */
  #at(event) {
    const { zoom, flow: f, ratio, pages } = this.#geometry();
    const box = this.element.getBoundingClientRect();
    const x = (event.clientX - box.left - GUTTER) * ratio;
    const y = (event.clientY - box.top + this.element.scrollTop) * ratio;
    return x < 0 ? -1 : cellAt(zoom, f, x, y, pages);
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const box = this.element.getBoundingClientRect();
    this.#setHover(this.#at(event), event.clientX - box.left, event.clientY - box.top);
  }

  /** @param {number} i @param {number} x @param {number} y */
  #setHover(i, x, y) {
    if (i !== this.#hover) this.draw(false);
    this.#hover = i;
    this.events.hover(i, x, y);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const i = this.#at(event);
    if (i >= 0) this.select(i);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1 : -1);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const map = this.#map;
    if (map === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const { flow: f } = this.#geometry();
    const row = f.across * 32;
    const screen = Math.max(
      1,
      Math.floor((this.element.clientHeight * (globalThis.devicePixelRatio || 1)) / f.tile_height),
    );
    const at = Math.max(0, this.#selected);
    const last = map.kind.length - 1;
    const to = () => {
      switch (event.key) {
        case 'ArrowRight':
          return nextRun(map, at, 1);
        case 'ArrowLeft':
          return nextRun(map, at, -1);
        case 'ArrowDown':
          return at + row <= last ? at + row : at;
        case 'ArrowUp':
          return at >= row ? at - row : at;
        case 'PageDown':
          return Math.min(last, at + row * screen);
        case 'PageUp':
          return Math.max(0, at - row * screen);
        case 'Home':
          return 0;
        case 'End':
          return last;
        default:
          return undefined;
      }
    };
    const step = { '+': 1, '=': 1, '-': -1, 0: 0 }[event.key];
    const place = this.#selected < 0 && event.key.startsWith('Arrow') ? 0 : to();
    if (place !== undefined) this.select(place);
    else if (step !== undefined) this.zoom(step);
    else if (event.key === 'Enter') this.events.open();
    else return;
    event.preventDefault();
  }
}

/** Where the run before or after this one begins, or what is not of the heap. @param {HeapMap} map @param {number} i @param {1 | -1} step */
function nextRun(map, i, step) {
  const begins = (/** @type {number} */ k) =>
    map.begins[k] === 1 || map.kind[k] !== map.kind[k - 1];
  for (let k = i + step; k >= 0 && k < map.kind.length; k += step)
    if (k === 0 || begins(k)) return k;
  return i;
}
