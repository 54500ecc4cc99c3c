// Bands as pictures.

/** @import { Span } from "./page_model.js" */

const LEVELS = 4096
/** @type {Map<number, Uint8ClampedArray>} Brightness of each level, by gamma. */
const curves = new Map()

/** @param {number} gamma */
const curveOf = (gamma) => {
  const known = curves.get(gamma)
  if (known) return known
  const curve = Uint8ClampedArray.from({ length: LEVELS + 1 }, (_, i) => 255 * (i / LEVELS) ** (1 / gamma) + 0.5)
  curves.set(gamma, curve)
  return curve
}

/**
 * RGBA of one band (grey) or of three. What is NaN in one of them is transparent: others have no colour there.
 * @param {Float32Array[]} planes DN
 * @param {Span[]} spans Of each plane
 * @param {number} gamma
 */
export const rgba = (planes, spans, gamma) => {
  const curve = curveOf(gamma)
  const pixels = new Uint8ClampedArray(4 * planes[0].length).fill(255)
  for (let channel = 0; channel < 3; channel++) {
    const at = planes.length === 1 ? 0 : channel,
      plane = planes[at],
      [low, high] = spans[at]
    const factor = LEVELS / Math.max(high - low, 1)
    for (let p = 0, i = channel; p < plane.length; p++, i += 4) {
      const level = (plane[p] - low) * factor
      pixels[i] = curve[level < 0 ? 0 : level > LEVELS ? LEVELS : level | 0]
    }
  }
  for (const plane of planes) for (let p = 0; p < plane.length; p++) if (Number.isNaN(plane[p])) pixels[4 * p + 3] = 0
  return pixels
}

/**
 * The same for a canvas; the planes are square.
 * @param {Float32Array[]} planes
 * @param {Span[]} spans
 * @param {number} gamma
 */
export const paint = (planes, spans, gamma) => new ImageData(rgba(planes, spans, gamma), Math.sqrt(planes[0].length))
