// png.js — pixels of a screenshot: the few kinds of PNG that Chromium writes (8 bits, RGB or RGBA, no interlace).
import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';

/** @param {Buffer} png @returns {{ width: number, height: number, at: (x: number, y: number) => [number, number, number] }} */
export function decode(png) {
  const chunks = [];
  let [width, height, channels] = [0, 0, 0];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') {
      [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
      assert.equal(data[8], 8);
      channels = { 2: 3, 6: 4 }[data[9]] ?? 0;
      assert.ok(channels > 0 && data[12] === 0);
    } else if (type === 'IDAT') chunks.push(data);
    at += 12 + length;
  }
  const raw = inflateSync(Buffer.concat(chunks));
  const stride = width * channels;
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; ++y) {
    const filter = raw[y * (stride + 1)];
    for (let i = 0; i < stride; ++i) {
      const left = i < channels ? 0 : out[y * stride + i - channels];
      const up = y === 0 ? 0 : out[(y - 1) * stride + i];
      const corner = y === 0 || i < channels ? 0 : out[(y - 1) * stride + i - channels];
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      out[y * stride + i] = raw[y * (stride + 1) + 1 + i] + predicted;
    }
  }
  return {
    width,
    height,
    at: (x, y) => [0, 1, 2].map((c) => out[y * stride + x * channels + c]),
  };
}

/** @param {number} a @param {number} b @param {number} c */
function paeth(a, b, c) {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/** Colours that cover at least so many of 1000 pixels of a part, most first. @param {ReturnType<typeof decode>} image @param {{ x: number, y: number, width: number, height: number }} part @param {number} [least] */
export function colours(image, part, least = 2) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  let all = 0;
  for (let y = Math.ceil(part.y); y < Math.min(image.height, part.y + part.height); ++y)
    for (let x = Math.ceil(part.x); x < Math.min(image.width, part.x + part.width); ++x) {
      const colour = image.at(x, y).join(' ');
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
      all += 1;
    }
  return [...counts]
    .filter(([, n]) => n * 1000 >= least * all)
    .sort((a, b) => b[1] - a[1])
    .map(([colour]) => colour);
}
