// @ts-check
// What a chart draws, as SVG elements: few long paths, since each element costs the browser more than a point in a path.

/**
 * Where values lie on the screen, CSS pixels in the chart.
 * @typedef {{x: (value: number) => number, y: (value: number) => number, left: number, right: number, top: number, bottom: number}} Places
 */
/**
 * An element: tag, attributes, text.
 * @typedef {[tag: string, attributes: Record<string, string | number>, text?: string]} Mark
 */
/** @typedef {ArrayLike<number>} Numbers */

/** As SVG writes a dash; a chart's words for them are those of matplotlib and Bokeh. */
export const DASHES = { solid: "none", dashed: "6 6", dotted: "2 4", dotdash: "2 4 6 4" }

const round = (/** @type {number} */ v) => Math.round(v * 10) / 10

/**
 * Lines with gaps where a value is not finite.
 * @param {{xs: Numbers[], ys: Numbers[], colour: string[], dash?: string[], width?: number[], alpha?: number[]}} columns
 * @param {Places} at
 * @returns {Mark[]}
 */
export const lines = ({ xs, ys, colour, dash, width, alpha }, at) =>
  xs.map((times, i) => {
    let d = "",
      pen = false
    for (let k = 0; k < times.length; k++) {
      const value = ys[i][k]
      if (Number.isFinite(value)) d += `${pen ? "L" : "M"}${round(at.x(times[k]))},${round(at.y(value))}`
      pen = Number.isFinite(value)
    }
    return [
      "path",
      {
        d,
        fill: "none",
        stroke: colour[i],
        "stroke-width": width?.[i] ?? 1.5,
        "stroke-opacity": alpha?.[i] ?? 1,
        "stroke-dasharray": DASHES[dash?.[i] ?? "solid"] ?? "none",
        "stroke-linejoin": "round",
      },
    ]
  })

/**
 * Filled outlines.
 * @param {{xs: Numbers[], ys: Numbers[], colour: string[]}} columns
 * @param {Places} at
 * @param {{opacity: number}} look
 * @returns {Mark[]}
 */
export const areas = ({ xs, ys, colour }, at, { opacity }) =>
  xs.map((times, i) => [
    "path",
    {
      d: `M${Array.from(times, (time, k) => `${round(at.x(time))},${round(at.y(ys[i][k]))}`).join("L")}Z`,
      fill: colour[i],
      "fill-opacity": opacity,
    },
  ])

// Outlines of the signs of radius 1, y downwards; a star's inner corners lie at 0.4 of it.
const H = Math.sqrt(3)
const OUTLINES = {
  square: [-1, -1, 1, -1, 1, 1, -1, 1],
  diamond: [0, 1, 2 / 3, 0, 0, -1, -2 / 3, 0],
  triangle: [-1, H / 3, 1, H / 3, 0, H / 3 - H],
  inverted_triangle: [-1, -H / 3, 1, -H / 3, 0, H - H / 3],
  star: Array.from({ length: 10 }, (_, i) => [
    Math.sin((i * Math.PI) / 5) * (i % 2 ? 0.4 : 1),
    -Math.cos((i * Math.PI) / 5) * (i % 2 ? 0.4 : 1),
  ]).flat(),
}
/** @param {string} sign @param {number} radius A sign about the place where the path stands. */
const outline = (sign, radius) => {
  const corners = OUTLINES[sign]
  if (!corners)
    return `m${-radius},0a${radius},${radius} 0 1,0 ${2 * radius},0a${radius},${radius} 0 1,0 ${-2 * radius},0`
  let text = "",
    [x, y] = [0, 0]
  for (let i = 0; i < corners.length; i += 2) {
    const [nx, ny] = [radius * corners[i], radius * corners[i + 1]]
    text += `${i ? "l" : "m"}${(nx - x).toFixed(2)},${(ny - y).toFixed(2)}`
    ;[x, y] = [nx, ny]
  }
  return `${text}z`
}

/**
 * A path of all that has one look, in the order in which the looks come.
 * @param {number} count
 * @param {(i: number) => Record<string, string | number>} look
 * @param {(i: number) => string} drawn
 * @returns {Mark[]}
 */
const byLook = (count, look, drawn) => {
  const paths = /** @type {Map<string, Mark>} */ (new Map())
  for (let i = 0; i < count; i++) {
    const attributes = look(i),
      key = Object.values(attributes).join()
    if (!paths.has(key)) paths.set(key, ["path", { ...attributes, d: "" }])
    paths.get(key)[1].d += drawn(i)
  }
  return [...paths.values()]
}

/**
 * Points.
 * @param {{x: Numbers, y: Numbers, fill: (i: number) => string, edge: (i: number) => string, alpha?: number[], sign?: (i: number) => string}} columns
 * @param {Places} at
 * @param {{radius: number, width: number}} look
 */
export const dots = ({ x, y, fill, edge, alpha, sign = () => "circle" }, at, { radius, width }) =>
  byLook(
    x.length,
    (i) => ({ fill: fill(i), stroke: edge(i), "stroke-width": width, opacity: alpha?.[i] ?? 1 }),
    (i) => `M${round(at.x(x[i]))},${round(at.y(y[i]))}${outline(sign(i), radius)}`,
  )

/**
 * Straight lines from (x0, y0) to (x1, y1).
 * @param {{x0: Numbers, x1: Numbers, y0: Numbers, y1: Numbers, colour: (i: number) => string, alpha?: number[]}} columns
 * @param {Places} at
 * @param {{width: number, opacity?: number, dash?: string}} look
 */
export const bars = ({ x0, x1, y0, y1, colour, alpha }, at, { width, opacity = 1, dash = "solid" }) =>
  byLook(
    x0.length,
    (i) => ({
      fill: "none",
      stroke: colour(i),
      "stroke-width": width,
      "stroke-opacity": opacity * (alpha?.[i] ?? 1),
      "stroke-dasharray": DASHES[dash],
    }),
    (i) => `M${round(at.x(x0[i]))},${round(at.y(y0[i]))}L${round(at.x(x1[i]))},${round(at.y(y1[i]))}`,
  )

/**
 * Words to the right of their place.
 * @param {{x: Numbers, y: Numbers, text: string[], colour: string[]}} columns
 * @param {Places} at
 * @param {{dx?: number, dy?: number}} look
 * @returns {Mark[]}
 */
export const labels = ({ x, y, text, colour }, at, { dx = 0, dy = 4 }) =>
  text.map((words, i) => [
    "text",
    {
      x: round(at.x(x[i]) + dx),
      y: round(at.y(y[i]) + dy),
      fill: colour[i],
      "font-size": 12,
      "font-weight": 700,
    },
    words,
  ])

/**
 * The same places with y from 0 at the frame's lower edge to 1 at its upper one: for what stands at the frame.
 * @param {Places} at
 * @returns {Places}
 */
export const onFrame = (at) => ({ ...at, y: (share) => at.bottom - share * (at.bottom - at.top) })

/**
 * The range of a y axis that holds all finite values of some lists, or null where it may stay as it is: what it holds still
 * fills 60 % of it, so that it does not dance while a pin is dragged. No value ever lies outside of it.
 * @param {Numbers[]} values
 * @param {[number, number] | null} before
 * @param {{from?: number | null, least: number}} options The lower end where nothing lies below it, and the least span, in the values' unit.
 * @returns {[number, number] | null}
 */
export const fitted = (values, before, { from = null, least }) => {
  let low = Infinity,
    high = -Infinity
  for (const list of values)
    for (let i = 0; i < list.length; i++)
      if (Number.isFinite(list[i])) {
        if (list[i] < low) low = list[i]
        if (list[i] > high) high = list[i]
      }
  if (low > high) return null
  const floor = from === null || low < from ? null : from
  const span = high - (floor ?? low)
  const held = before && low >= before[0] && high <= before[1]
  if (held && Math.max(span, least / 1.2) >= 0.6 * (before[1] - before[0])) return null
  const pad = Math.max(span * 0.08, (least - span) / 2)
  return [floor ?? low - pad, high + pad]
}

/**
 * Moves what would lie over each other apart, upright, and beside each other where there is not room for all.
 * @param {{x: number, y: number}[]} places Of their middles, CSS pixels; moved where they are.
 * @param {{top: number, bottom: number}} frame Of the middles.
 * @param {number} apart How far at least.
 * @param {number} beside How far the next column is.
 */
export const moveApart = (places, { top, bottom }, apart, beside) => {
  const rows = Math.max(1, 1 + Math.floor((bottom - top) / apart)),
    columns = Math.max(1, Math.ceil(places.length / rows))
  const sorted = [...places].sort((a, b) => a.y - b.y)
  for (let column = 0; column < columns; column++) {
    const some = sorted.filter((_, k) => k % columns === column)
    some.forEach((place, k) => {
      place.x += column * beside
      place.y = Math.max(place.y, top, k ? some[k - 1].y + apart : -Infinity)
    })
    for (let k = some.length - 1, most = bottom; k >= 0; most = some[k].y - apart, k--)
      some[k].y = Math.min(some[k].y, most)
  }
}

/**
 * Numbers in discs at the ends of lines, within what is seen; those that would touch are moved apart.
 * @param {{xs: Numbers[], ys: Numbers[], colour: string[], ink: string[], text: string[]}} columns
 * @param {Places} at
 * @returns {Mark[]}
 */
export const numbers = ({ xs, ys, colour, ink, text }, at) => {
  const radius = 8
  const ends = xs.flatMap((times, i) => {
    for (let k = times.length - 1; k >= 0; k--) {
      const x = at.x(times[k])
      if (x <= at.right + 1 && x >= at.left && Number.isFinite(ys[i][k]))
        return [{ i, x: Math.min(x, at.right - radius), y: at.y(ys[i][k]) }]
    }
    return []
  })
  moveApart(ends, { top: at.top + radius, bottom: at.bottom - radius }, 2 * radius + 1, -2 * radius - 1)
  return ends.flatMap(({ i, x, y }) => [
    ["circle", { cx: round(x), cy: round(y), r: radius, fill: colour[i], stroke: "var(--panel)", "stroke-width": 1.5 }],
    [
      "text",
      {
        x: round(x),
        y: round(y + 4.3),
        fill: ink[i],
        "font-size": 12,
        "font-weight": 700,
        "text-anchor": "middle",
      },
      text[i],
    ],
  ])
}
