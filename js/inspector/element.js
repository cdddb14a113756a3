// element.js — <gharial-inspector>: a heap that can be looked at. Takes a reader, asks it as often as is cheap (a tenth of the
// time at most), and hands what it says to the views. Never calls into the program, so the program may be in any state.
import { CELL_KINDS } from '../heap_map.js';
import { HeapReader } from '../heap_reader.js';
import { differencePanel, differenceShade } from './difference.js';
import { el } from './dom.js';
import { addressOf, count, hex, size } from './format.js';
import { MapView } from './map_view.js';
import { css, LARGEST, mix, paletteOf, pixel, SMALLEST } from './palette.js';
import { classesPanel, ledger, placeWords, selectionPanel, stacksPanel } from './panels.js';
import { STYLE } from './style.js';
import { ownersShade, threadsPanel } from './threads.js';
import { Timeline } from './timeline.js';

/** @typedef {import('../heap_map.js').HeapMap} HeapMap */
/** @typedef {'run' | 'classes' | 'stacks' | 'threads' | 'difference'} TabName */

const TABS = /** @type {const} */ ({
  run: 'Blocks',
  classes: 'Sizes',
  stacks: 'Stacks',
  threads: 'Threads',
  difference: 'Difference',
});
const LARGE = CELL_KINDS.indexOf('large');
const BUSY = 9; // rest this many times as long as a look takes
const HTML = globalThis.HTMLElement ?? Object; // the module can be loaded where there is no DOM

/** Of a program without threads nobody asks for them. @param {string | undefined} tab @param {HeapReader | undefined} heap */
const hides = (tab, heap) => tab === 'threads' && !heap?.has_threads;

export class GharialInspector extends HTML {
  static observedAttributes = ['theme', 'interval', 'heading'];
  /** @type {HeapReader | undefined} */ #heap;
  /** @type {HeapReader | undefined} what the last look saw: of threads, a copy, so that all that is shown belongs together */ #seen;
  /** @type {HeapMap | undefined} */ #map;
  /** @type {import('./difference.js').Kept | undefined} */ #a;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #live = false;
  #paused = false;
  #difference = false;
  /** @type {TabName} */ #tab = 'run';
  /** @type {number | undefined} size class that alone is shown */ #only;
  /** @type {import('./threads.js').Owners} shown in the map */ #owners;
  /** @type {number | undefined} searched */ #address;
  #palette = paletteOf('dark');
  #view;
  #timeline;
  #parts;
  #dark = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

  constructor() {
    super();
    this.#view = new MapView(this.#palette, {
      select: (i) => this.#selected(i),
      hover: (i, x, y) => this.#hover(i, x, y),
      open: () => this.#show('run', true),
    });
    this.#timeline = new Timeline(this.#palette);
    this.#parts = this.#build();
    this.#dark?.addEventListener('change', () => this.#paint());
    const root = this.attachShadow({ mode: 'open' });
    root.append(el('style', {}, STYLE), this.#parts.root);
  }

  connectedCallback() {
    this.#paint();
    this.#schedule(0);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  attributeChangedCallback() {
    this.#paint();
  }

  /** The heap that is shown; one attached to a live memory is looked at again and again. */
  get heap() {
    return this.#heap;
  }

  set heap(heap) {
    this.#attach(heap, true);
  }

  /** Shows a snapshot, or a raw image of a memory. @param {ArrayBuffer | Uint8Array | Blob} dump */
  async open(dump) {
    const bytes = dump instanceof Blob ? await dump.arrayBuffer() : dump;
    this.#attach(new HeapReader(bytes), false);
    if (dump instanceof File) this.#parts.title.textContent = dump.name;
  }

  /** What was drawn so far. */
  get drawn() {
    return this.#view.drawn;
  }

  /** Looks at the heap now. */
  refresh() {
    this.#look();
  }

  /** Shows the block or the memory at an address. @param {number} address @returns {boolean} whether it is in the heap */
  find(address) {
    const map = this.#map;
    if (map === undefined) return false;
    const i = Math.floor(address / map.mini_page_bytes) - map.first_mini_page;
    if (i < 0 || i >= map.kind.length) return false;
    this.#address = address;
    this.#view.select(i, false);
    this.#show('run');
    this.#say(placeWords(map, i));
    return true;
  }

  /** Keeps the heap as it is as snapshot A. */
  keep() {
    if (this.#heap === undefined) return;
    const heap = this.#heap.takeHeapSnapshot().heap;
    this.#a = { heap, map: heap.getHeapMap(), taken: new Date() };
    this.#look();
  }

  /** @param {HeapReader | undefined} heap @param {boolean} live */
  #attach(heap, live) {
    this.#heap = heap;
    this.#seen = heap;
    this.#map = undefined;
    this.#live = live && heap !== undefined;
    this.#paused = false;
    this.#a = undefined;
    this.#only = undefined;
    this.#owners = undefined;
    this.#address = undefined;
    this.#difference = false;
    for (const tab of this.#parts.tabs) tab.hidden = hides(tab.dataset.tab, heap);
    if (hides(this.#tab, heap)) this.#tab = 'run';
    this.#legend();
    this.#timeline.clear();
    this.#parts.title.textContent = this.getAttribute('heading') ?? 'gharial';
    this.#schedule(0);
  }

  /** @param {number} wait */
  #schedule(wait) {
    clearTimeout(this.#timer);
    if (!this.isConnected || this.#heap === undefined) return;
    this.#timer = setTimeout(() => {
      const begun = performance.now();
      if (!document.hidden || this.#map === undefined) this.#look();
      const interval = Number(this.getAttribute('interval') ?? 250) || 250;
      if (this.#live && !this.#paused)
        this.#schedule(Math.max(interval, BUSY * (performance.now() - begun)));
    }, wait);
  }

  #look() {
    if (this.#heap === undefined) return;
    const { parts } = { parts: this.#parts };
    try {
      const heap = this.#heap.has_threads ? this.#heap.takeHeapSnapshot().heap : this.#heap;
      this.#seen = heap;
      const map = heap.getHeapMap();
      this.#map = map;
      parts.notice.textContent = '';
      const { spaces } = map;
      const { counters } = heap.getGlobalMetaPage();
      if (this.#live)
        this.#timeline.add({
          time: performance.now(),
          live: map.live_bytes,
          slack: spaces.mini + spaces.large - map.live_bytes,
          free: spaces.free,
          meta: spaces.meta,
          total: spaces.mini + spaces.large + spaces.free + spaces.meta,
          grows: counters.heap_grows,
        });
      parts.empty.hidden = map.number_of_pages > 0;
      parts.empty_words.textContent = 'Nothing was allocated yet.';
      this.#paint();
    } catch (error) {
      // A program may be in the middle of malloc when a worker looks; the next look sees it whole.
      parts.notice.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  /** Draws everything from what is known. */
  #paint() {
    const { root, numbers, dot, pause, ledger: place, time } = this.#parts;
    const chosen = this.getAttribute('theme');
    const theme =
      chosen === 'light' || chosen === 'dark' ? chosen : this.#dark?.matches ? 'dark' : 'light';
    if (root.dataset.theme !== theme || this.#palette.theme !== theme) {
      root.dataset.theme = theme;
      this.#palette = paletteOf(theme);
      this.#view.palette = this.#palette;
      this.#timeline.palette = this.#palette;
      this.#timeline.draw();
      this.#legend();
    }
    const [heap, map] = [this.#seen, this.#map];
    time.hidden = !this.#live;
    pause.disabled = !this.#live;
    pause.textContent = this.#paused ? 'Go on' : 'Pause';
    dot.className = this.#live && !this.#paused ? 'dot live' : 'dot';
    this.#parts.mode.textContent =
      heap === undefined
        ? ''
        : `${heap.gharial_version} · ${this.#live ? (this.#paused ? 'paused' : 'live') : 'snapshot'}`;
    this.#parts.changing.hidden = map?.exact !== false;
    if (heap === undefined || map === undefined) return;
    this.#view.shade = this.#shade(map);
    this.#view.show(map);
    const { spaces } = map;
    const facts = [
      ['live', size(map.live_bytes)],
      ['blocks', count(map.live_blocks)],
      ['heap', size(spaces.mini + spaces.large + spaces.free + spaces.meta)],
      ['heap pages', count(map.number_of_pages)],
      ['memory', size(heap.memory_size)],
    ];
    numbers.replaceChildren(
      ...facts.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
    );
    place.replaceChildren(ledger(map, this.#palette));
    this.#panel();
  }

  /** @param {HeapMap} map @returns {import('./raster.js').Shade | undefined} */
  #shade(map) {
    if (this.#difference && this.#a !== undefined)
      return differenceShade(this.#a.map, map, this.#palette);
    if (this.#owners !== undefined) return ownersShade(map, this.#palette, this.#owners);
    const only = this.#only;
    if (only === undefined) return undefined;
    const pale = pixel(mix(this.#palette.kind.free, this.#palette.page, 0.6));
    return (i) => ((only === 0 ? map.kind[i] === LARGE : map.size_class[i] === only) ? 0 : pale);
  }

  #panel() {
    const [heap, map] = [this.#seen, this.#map];
    if (heap === undefined || map === undefined) return;
    const { panel, tabs } = this.#parts;
    for (const tab of tabs)
      tab.setAttribute('aria-selected', String(tab.dataset.tab === this.#tab));
    panel.setAttribute('aria-labelledby', `tab-${this.#tab}`);
    const focused = this.shadowRoot?.activeElement;
    if (this.#tab === 'run' && focused?.classList.contains('blocks')) return; // someone reads it
    const scrolled = panel.scrollTop;
    const make = () => {
      switch (this.#tab) {
        case 'run':
          return selectionPanel(
            heap,
            map,
            this.#palette,
            Math.min(this.#view.selected, map.kind.length - 1),
            this.#address,
          );
        case 'classes':
          return classesPanel(map, this.#palette, this.#only, (only) => {
            this.#only = only;
            this.#owners = undefined;
            this.#difference = false;
            this.#paint();
          });
        case 'stacks':
          return stacksPanel(heap, map, this.#palette, (mini_page) =>
            this.#view.select(mini_page - map.first_mini_page, false),
          );
        case 'threads':
          return threadsPanel(heap.getThreadStatistics(), this.#palette, this.#owners, (owners) => {
            this.#owners = owners;
            this.#only = undefined;
            this.#difference = false;
            this.#paint();
          });
        default:
          return differencePanel(this.#a, heap, this.#difference, {
            keep: () => this.keep(),
            show: (shown) => {
              this.#difference = shown;
              this.#only = undefined;
              this.#owners = undefined;
              this.#paint();
            },
          });
      }
    };
    const held = focused !== null && panel.contains(focused ?? null) ? focused : undefined;
    const path =
      held === undefined
        ? -1
        : [...panel.querySelectorAll('button')].indexOf(/** @type {HTMLButtonElement} */ (held));
    panel.replaceChildren(make());
    panel.scrollTop = scrolled;
    if (path >= 0) panel.querySelectorAll('button')[path]?.focus({ preventScroll: true });
  }

  /** @param {TabName} name @param {boolean} [focus] */
  #show(name, focus = false) {
    this.#tab = name;
    this.#panel();
    if (focus)
      /** @type {HTMLElement | null} */ (
        this.#parts.panel.querySelector('.blocks, button')
      )?.focus();
  }

  /** @param {number} i */
  #selected(i) {
    this.#address = undefined;
    this.#show('run');
    if (this.#map !== undefined) this.#say(placeWords(this.#map, i));
  }

  /** To those who listen instead of looking. @param {string} words */
  #say(words) {
    this.#parts.said.textContent = words;
  }

  /** @param {number} i @param {number} x @param {number} y */
  #hover(i, x, y) {
    const { tip, root } = this.#parts;
    tip.classList.toggle('on', i >= 0 && this.#map !== undefined);
    if (i < 0 || this.#map === undefined) return;
    tip.textContent = `${placeWords(this.#map, i)} · ${hex((this.#map.first_mini_page + i) * this.#map.mini_page_bytes)}`;
    const map = this.#view.element;
    tip.style.left = `${Math.max(8, Math.min(x + 14, map.clientWidth - tip.offsetWidth - 8))}px`;
    const below = map.offsetTop + y + 18;
    tip.style.top = `${below + tip.offsetHeight > root.clientHeight ? below - tip.offsetHeight - 30 : below}px`;
  }

  #legend() {
    const { palette, legend } = { palette: this.#palette, legend: this.#parts.legend };
    const stops = [SMALLEST, 32, 128, 512, 2048, LARGEST].map((bytes) => css(palette.size(bytes)));
    const item = (/** @type {import('./palette.js').Rgb} */ rgb, /** @type {string} */ words) =>
      el('span', {}, el('i.swatch', { style: { background: css(rgb) } }), words);
    legend.replaceChildren(
      el(
        'span.ramp',
        {},
        `blocks of ${size(SMALLEST)}`,
        el('i', { style: { background: `linear-gradient(90deg in oklch, ${stops.join(', ')})` } }),
        size(LARGEST),
      ),
      item(palette.kind.large, 'large'),
      item(palette.kind.metadata, 'metadata'),
      item(palette.kind.free, 'free'),
      item(palette.kind.fresh, 'fresh'),
      item(palette.kind.static, 'static data'),
      item(palette.kind.external, 'others'),
      ...(this.#heap?.has_threads ? [item(palette.kind.changing, 'just changed')] : []),
      el('span.optional', {}, 'height: how much is live'),
    );
  }

  #search() {
    const { search } = this.#parts;
    const address = addressOf(search.value);
    const found = search.value.trim() === '' || (address !== undefined && this.find(address));
    search.setAttribute('aria-invalid', String(!found));
    if (!found)
      this.#say(
        address === undefined ? 'That is no address.' : `${hex(address)} is outside of the heap.`,
      );
  }

  async #save() {
    const heap = this.#heap;
    if (heap === undefined) return;
    const link = /** @type {HTMLAnchorElement} */ (
      el('a', { download: `Heap-${new Date().toISOString().replace(/[:.]/g, '')}.gharialheap` })
    );
    link.href = URL.createObjectURL(new Blob([heap.takeHeapSnapshot().toBinary()]));
    link.click();
    URL.revokeObjectURL(link.href);
  }

  /** @param {Blob | undefined | null} file */
  async #openFile(file) {
    if (!file) return;
    try {
      await this.open(file);
    } catch (error) {
      this.#parts.notice.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  #build() {
    const title = el('span', {}, 'gharial');
    const mode = el('small');
    const changing = el(
      'small.changing',
      {
        hidden: true,
        title:
          'Threads changed the heap while it was read: the numbers are close, and exact when the threads stand still.',
      },
      '≈ changing',
    );
    const dot = el('i.dot', { 'aria-hidden': 'true' });
    const numbers = el('dl.numbers');
    const pause = /** @type {HTMLButtonElement} */ (
      el('button', { onclick: () => this.#togglePause() }, 'Pause')
    );
    const search = /** @type {HTMLInputElement} */ (
      el('input', {
        type: 'search',
        placeholder: 'address, 0x1a40',
        'aria-label': 'Find an address',
        onchange: () => this.#search(),
        onsearch: () => this.#search(),
      })
    );
    const open = el(
      'label.file',
      {},
      'Open',
      el('input', {
        type: 'file',
        'aria-label': 'Open a heap snapshot',
        onchange: (/** @type {Event} */ event) =>
          this.#openFile(/** @type {HTMLInputElement} */ (event.target).files?.[0]),
      }),
    );
    const zoom = (
      /** @type {number} */ steps,
      /** @type {string} */ text,
      /** @type {string} */ label,
    ) =>
      el(
        'button',
        { 'aria-label': label, title: label, onclick: () => this.#view.zoom(steps) },
        text,
      );
    const header = el(
      'header',
      {},
      el('h2', {}, dot, title, mode),
      numbers,
      el(
        'div.tools',
        {},
        search,
        el(
          'div.group',
          { role: 'group', 'aria-label': 'Zoom' },
          zoom(-1, '−', 'Farther'),
          zoom(0, 'Fit', 'Show all'),
          zoom(1, '+', 'Nearer'),
        ),
        pause,
        el(
          'button',
          {
            title: 'Keep the heap as it is now, to compare with',
            onclick: () => {
              this.keep();
              this.#show('difference');
            },
          },
          'Keep A',
        ),
        el(
          'button',
          {
            onclick: () => this.#save(),
            title: 'Save a snapshot: it holds none of the data in your blocks',
          },
          'Save',
        ),
        open,
      ),
    );
    const tabs = Object.entries(TABS).map(([name, words], i) => {
      const tab = el(
        'button',
        {
          role: 'tab',
          id: `tab-${name}`,
          'aria-controls': 'panel',
          'aria-selected': String(i === 0),
          hidden: name === 'threads',
          onclick: () => this.#show(/** @type {TabName} */ (name)),
          onkeydown: (/** @type {KeyboardEvent} */ event) => {
            const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            if (step === undefined) return;
            const shown = tabs.filter(({ hidden }) => !hidden);
            const next = shown[(shown.indexOf(tab) + step + shown.length) % shown.length];
            next.focus();
            this.#show(/** @type {TabName} */ (next.dataset.tab));
          },
        },
        words,
      );
      tab.dataset.tab = name;
      return tab;
    });
    const panel = el(
      'div',
      { role: 'tabpanel', id: 'panel', tabindex: 0 },
      el('p.hint', {}, 'No heap yet.'),
    );
    const aside = el(
      'aside',
      {},
      el('div', { role: 'tablist', 'aria-label': 'Details' }, ...tabs),
      panel,
    );
    const empty_words = el('p', {}, 'Set its heap, or open a snapshot.');
    const notice = el('p.notice', { role: 'alert' });
    const empty = el('div.empty', {}, el('h3', {}, 'No heap to show'), empty_words);
    const said = el('div.sr', { role: 'status', 'aria-live': 'polite' });
    const tip = el('div.tip', { 'aria-hidden': 'true' });
    const legend = el('div.legend');
    const place = el('div.ledger-place', { style: { 'grid-area': 'ledger' } });
    const time = this.#timeline.element;
    const root = el(
      'div.root',
      {
        ondragover: (/** @type {DragEvent} */ event) => {
          event.preventDefault();
          root.classList.add('drop');
        },
        ondragleave: () => root.classList.remove('drop'),
        ondrop: (/** @type {DragEvent} */ event) => {
          event.preventDefault();
          root.classList.remove('drop');
          this.#openFile(event.dataTransfer?.files[0]);
        },
      },
      header,
      place,
      this.#view.element,
      changing,
      empty,
      legend,
      time,
      aside,
      tip,
      said,
    );
    header.append(notice);
    return {
      root,
      title,
      mode,
      changing,
      dot,
      numbers,
      pause,
      search,
      panel,
      tabs,
      empty,
      empty_words,
      notice,
      said,
      tip,
      legend,
      ledger: place,
      time,
    };
  }

  #togglePause() {
    this.#paused = !this.#paused;
    clearTimeout(this.#timer); // a look that is due must not come after the pause
    if (!this.#paused) this.#schedule(0);
    this.#paint();
  }
}
