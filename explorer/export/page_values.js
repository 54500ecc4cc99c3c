// Indices and formulas of a stand-alone page: lists of what to do (explorer/analysis/expressions.py), never code.

/** @typedef {number | string | [doing: string, ...parts: any[]]} Program A number, a band's name, or what to do with programs. */
/** @typedef {(place: number) => number} Run */

const test =
  (/** @type {(a: number, b: number) => boolean} */ holds) => (/** @type {number} */ a, /** @type {number} */ b) =>
    Number(holds(a, b))

/** @type {Record<string, (...parts: number[]) => number>} */
const DOINGS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "**": (a, b) => a ** b,
  negative: (a) => -a,
  "<": test((a, b) => a < b),
  "<=": test((a, b) => a <= b),
  ">": test((a, b) => a > b),
  ">=": test((a, b) => a >= b),
  "==": test((a, b) => a === b),
  "!=": test((a, b) => a !== b),
  min: Math.min,
  max: Math.max,
  abs: Math.abs,
  sqrt: Math.sqrt,
  log: Math.log,
  exp: Math.exp,
  where: (asked, yes, no) => (asked !== 0 ? yes : no),
  clip: (x, low, high) => Math.min(Math.max(x, low), high),
}

/**
 * @param {Program} program
 * @param {Record<string, Float32Array>} planes
 * @returns {Run}
 */
const runOf = (program, planes) => {
  if (typeof program === "number") return () => program
  if (typeof program === "string") {
    const plane = planes[program]
    return (place) => plane[place]
  }
  const [name, ...parts] = program
  const doing = Object.hasOwn(DOINGS, name) ? DOINGS[name] : null
  if (!doing) throw new Error(`this page cannot compute ${name}`)
  const [first, second, ...others] = parts.map((part) => runOf(part, planes))
  if (others.length) return (place) => doing(first(place), second(place), ...others.map((one) => one(place)))
  return second ? (place) => doing(first(place), second(place)) : (place) => doing(first(place))
}

/**
 * What a program makes of bands: NaN where a band is, and where the result is undefined or infinite.
 * @param {Program} program
 * @param {string[]} bands
 * @param {Float32Array[]} frame DN of each band
 * @param {number} scale Reflectance of one DN
 */
export const valuesOf = (program, bands, frame, scale) => {
  const planes = frame.map((plane) => plane.map((dn) => dn * scale))
  const run = runOf(program, Object.fromEntries(bands.map((name, i) => [name, planes[i]])))
  return Float32Array.from(planes[0], (_, place) => {
    const value = planes.some((plane) => Number.isNaN(plane[place])) ? Number.NaN : run(place)
    return Number.isFinite(value) ? value : Number.NaN
  })
}

/**
 * RGBA of values: the colours run evenly from low to high; what is NaN is transparent.
 * @param {Float32Array} values
 * @param {[low: number, high: number]} span
 * @param {string[]} colours `#rrggbb`
 */
export const colouredRgba = (values, [low, high], colours) => {
  const inks = colours.map((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)))
  const factor = (inks.length - 1) / Math.max(high - low, 1e-9)
  const pixels = new Uint8ClampedArray(4 * values.length)
  values.forEach((value, p) => {
    if (Number.isNaN(value)) return
    const [red, green, blue] = inks[Math.min(inks.length - 1, Math.max(0, Math.round((value - low) * factor)))]
    pixels[4 * p] = red
    pixels[4 * p + 1] = green
    pixels[4 * p + 2] = blue
    pixels[4 * p + 3] = 255
  })
  return pixels
}
