// What changed between two dates: as explorer/analysis/difference.py has it for composites.

import { REFLECTANCE } from "./page_pixels.js"

const LEAST = 0.02 // reflectance on either side of nothing: below, noise would look like change
/** The same of an index or a formula, and what one of its values stands for. */
export const OF_VALUES = { scale: 1, least: 0.1 }
const SHARE = 0.99 // of the pixels lie within the colours

/**
 * @param {Float32Array[]} planes
 * @param {number} p
 */
const meanOf = (planes, p) => planes.reduce((sum, plane) => sum + plane[p], 0) / planes.length

/**
 * The mean reflectance of some bands on a later date minus that on an earlier one. Where one of them is not known, nothing is drawn.
 * @param {Float32Array[]} before DN, a band each
 * @param {Float32Array[]} after
 * @param {{ scale: number, least: number }} unit `OF_VALUES`, else DN
 * @returns {{ values: Float32Array, high: number }} `high` is the reflectance on either side of 0 that the colours reach.
 */
export const changeOf = (before, after, { scale, least } = { scale: REFLECTANCE, least: LEAST }) => {
  const values = Float32Array.from(before[0], (_, p) => (meanOf(after, p) - meanOf(before, p)) * scale)
  const sizes = values
    .filter((value) => !Number.isNaN(value))
    .map(Math.abs)
    .sort()
  return { values, high: Math.max(least, sizes[Math.floor(SHARE * (sizes.length - 1))] ?? 0) }
}

/**
 * The same as a picture.
 * @param {Float32Array[]} before
 * @param {Float32Array[]} after
 * @param {string[]} colours `#rrggbb`, from the largest loss to the largest gain
 * @param {{ scale: number, least: number }} [unit]
 */
export const differenceOf = (before, after, colours, unit) => {
  const { values, high } = changeOf(before, after, unit)
  const inks = colours.map((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)))
  const side = Math.sqrt(values.length)
  const image = new ImageData(side, side)
  values.forEach((value, p) => {
    if (Number.isNaN(value)) return
    const share = Math.min(1, Math.max(0, (value + high) / (2 * high)))
    image.data.set([...inks[Math.round(share * (inks.length - 1))], 255], 4 * p)
  })
  return { image, high }
}
