// Pixels of both sensors, and their values over time: what the charts draw and the CSV holds.

/** @import { Cubes, Values } from "./page_cube.js" */

/** @typedef {{ row: number, col: number, name: string }} Pin A 3 m pixel, rows from the north, columns from the west. */

/**
 * @typedef {object} Series Values of a pin; a sensor of which nothing is there has none.
 * @property {Pin} pin
 * @property {number} row Of the 10 m pixel
 * @property {number} col
 * @property {Values | null} pf Planet Fusion
 * @property {Values | null} s2 Sentinel-2
 * @property {Float64Array | null} ndvi Of Planet Fusion
 * @property {Float64Array | null} s2ndvi Of Sentinel-2
 */

/** Pixels across a cell of 600 m. */
export const PF_SIZE = 200
export const S2_SIZE = 60

/** @type {Record<string, string>} Sentinel-2's band of about the same wavelength, by Planet Fusion's. */
export const TWINS = { blue: "B02", green: "B03", red: "B04", nir: "B08" }

/** Reflectance of one DN. */
export const REFLECTANCE = 1e-4

/**
 * The row (or column) of another grid that holds the centre of row `v`.
 * @param {number} v
 * @param {number} from Metres a pixel
 * @param {number} to Metres a pixel of the other grid
 */
const across = (v, from, to) => Math.floor(((v + 0.5) * from) / to)
/**
 * The 10 m pixel that holds the centre of a 3 m pixel.
 * @param {{ row: number, col: number }} pixel
 */
export const toS2 = ({ row, col }) => ({ row: across(row, 3, 10), col: across(col, 3, 10) })
/**
 * The 3 m pixel that holds the centre of a 10 m pixel.
 * @param {{ row: number, col: number }} pixel
 */
export const toPF = ({ row, col }) => ({ row: across(row, 10, 3), col: across(col, 10, 3) })

/**
 * Which pixel of a picture is under the pointer. A click has whole coordinates; half a pixel more is where the pointer
 * is, and a small picture's pixels are hardly wider.
 * @param {{ clientX: number, clientY: number }} event
 * @param {{ left: number, top: number, width: number, height: number }} box Of the picture, CSS pixels
 * @param {number} size Pixels across
 */
export const pixelAt = ({ clientX, clientY }, box, size) => {
  const at = (/** @type {number} */ v, /** @type {number} */ length) =>
    Math.min(size - 1, Math.max(0, Math.floor((v / length) * size)))
  return { row: at(clientY + 0.5 - box.top, box.height), col: at(clientX + 0.5 - box.left, box.width) }
}

/**
 * (NIR - red) / (NIR + red); NaN where a band is, or where both are 0.
 * @param {Float64Array} nir
 * @param {Float64Array} red
 */
export const ndviOf = (nir, red) => nir.map((v, i) => (v + red[i] === 0 ? NaN : (v - red[i]) / (v + red[i])))

/**
 * @param {Cubes} cubes
 * @param {Pin[]} pins
 * @param {number} dates Of Planet Fusion's calendar
 * @param {number} months Of Sentinel-2's
 * @returns {Series[]}
 */
export const seriesOf = ({ planet, sentinel }, pins, dates, months) =>
  pins.map((pin) => {
    const { row, col } = toS2(pin)
    const pf = planet.empty ? null : planet.pixel(pin.row, pin.col, dates)
    const s2 = sentinel.empty ? null : sentinel.pixel(row, col, months)
    return { pin, row, col, pf, s2, ndvi: pf && ndviOf(pf.nir, pf.red), s2ndvi: s2 && ndviOf(s2.B08, s2.B04) }
  })
