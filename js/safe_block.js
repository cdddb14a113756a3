// safe_block.js — a block of the heap held from JavaScript: freed once, by `using` or dispose(); its view is made anew when
// memory has grown. In development, one that was dropped without being freed is reported when it is collected.
import { GharialError } from './errors.js';

const DISPOSE = Symbol.dispose ?? Symbol.for('Symbol.dispose');

/** @typedef {{ malloc: (bytes: number) => number | bigint, free: (block: number | bigint) => void, memory: () => ArrayBufferLike, wide: boolean }} BlockSource */

/** @type {FinalizationRegistry<{ address: number, size: number, stack: string }> | undefined} */
const dropped =
  globalThis.FinalizationRegistry === undefined
    ? undefined
    : new FinalizationRegistry(({ address, size, stack }) => {
        console.warn(
          `gharial: ${size} bytes at 0x${address.toString(16)} were dropped without being freed: end them with \`using\` or dispose().${stack}`,
        );
      });

export class SafeBlock {
  /** @type {BlockSource} */ #source;
  /** @type {Uint8Array | undefined} */ #view;
  #address;
  #size;

  /** @param {BlockSource} source @param {number} size @param {boolean} warn */
  constructor(source, size, warn) {
    if (!Number.isSafeInteger(size) || size < 0)
      throw new GharialError('ERR_GHARIAL_OPTION', `a block has 0 bytes or more, not ${size}`);
    const address = unsigned(source.malloc(source.wide ? /** @type {any} */ (BigInt(size)) : size));
    if (address === 0)
      throw new GharialError('ERR_GHARIAL_OUT_OF_MEMORY', `no memory for a block of ${size} bytes`);
    this.#source = source;
    this.#address = address;
    this.#size = size;
    if (warn)
      dropped?.register(
        this,
        { address, size, stack: String(new Error().stack).replace(/^.*\n.*\n.*\n/, '\n') },
        this,
      );
  }

  #need() {
    if (this.#address === 0)
      throw new GharialError('ERR_GHARIAL_FREED', 'this block was freed: keep nothing of it');
  }

  /** Where it begins, for calls into wasm; a number also where addresses have 64 bits. */
  get address() {
    this.#need();
    return this.#address;
  }

  /** Bytes that were asked for. */
  get size() {
    return this.#size;
  }

  /** Whether it was freed. */
  get freed() {
    return this.#address === 0;
  }

  /** Its bytes. Ask again after a call into wasm: memory may have grown, which ends older views. @returns {Uint8Array} */
  get view() {
    this.#need();
    const buffer = this.#source.memory();
    if (this.#view?.buffer !== buffer)
      this.#view = new Uint8Array(buffer, this.#address, this.#size);
    return this.#view;
  }

  /** Frees it, once; again does nothing. */
  dispose() {
    if (this.#address === 0) return;
    const address = this.#address;
    this.#address = 0;
    this.#view = undefined;
    dropped?.unregister(this);
    this.#source.free(this.#source.wide ? BigInt(address) : address);
  }

  [DISPOSE]() {
    this.dispose();
  }
}

/** @param {number | bigint} raw addresses above 2 GiB arrive negative, those of wasm64 as BigInt */
const unsigned = (raw) => Number(raw) + (raw < 0 ? 2 ** 32 : 0);
