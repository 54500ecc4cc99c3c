// Bands as pictures.

/** @import { Span } from "./page_model.js" */

const LEVELS = 4096
/** @type {Map<string, Uint8ClampedArray>} Brightness of each level, by gamma and white. */
const curves = new Map()

/**
 * As `_table` of `analysis/stretch.py`: straight, or compressed above a middle.
 * @param {number} gamma
 * @param {number} white In middles; 0: straight.
 */
const curveOf = (gamma, white) => {
  const name = `${gamma} ${white}`
  const known = curves.get(name)
  if (known) return known
  const curve = Uint8ClampedArray.from({ length: LEVELS + 1 }, (_, i) => {
    const light = (i / LEVELS) * white
    const share = white ? (light * (1 + light / white ** 2)) / (1 + light) : i / LEVELS
    return Math.floor(255 * share ** (1 / gamma) + 0.5)
  })
  curves.set(name, curve)
  return curve
}

/**
 * RGBA of one band (grey) or of three. What is NaN in one of them is transparent: others have no colour there.
 * @param {Float32Array[]} planes DN
 * @param {Span[]} spans Of each plane
 * @param {number} gamma
 * @param {number | null} middle DN above which brightness is compressed, if it is
 */
export const rgba = (planes, spans, gamma, middle = null) => {
  const pixels = new Uint8ClampedArray(4 * planes[0].length).fill(255)
  for (let channel = 0; channel < 3; channel++) {
    const at = planes.length === 1 ? 0 : channel,
      plane = planes[at],
      [low, high] = spans[at],
      curve = curveOf(gamma, middle ? (high - low) / middle : 0)
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
 * @param {number | null} [middle]
 */
export const paint = (planes, spans, gamma, middle) =>
  new ImageData(rgba(planes, spans, gamma, middle), Math.sqrt(planes[0].length))
