// The page's charts: lines and dots in the explorer's own chart, with words beside the pointer.

import chartStyle from "../browser/chart.css"
import { makeChart as makeCommonChart } from "../browser/chart.js"
import { dots, lines, numbers } from "../browser/chart_marks.js"
import { chartsAsSvg } from "../browser/chart_picture.js"
import { inkOn } from "../browser/shared.js"
import { tip } from "./page_dom.js"

/** @typedef {[x: number, y: number]} Point In the units of the data; of time, milliseconds since 1970. */
/** @typedef {{ points: Array<Point | null>, colour: string, number?: string }} Line Null: a gap. `number` stands at its end. */
/** @typedef {{ x: number, y: number, colour: string, sign: "dot" | "hollow" | "ring" | "diamond", text: string }} Dot `text` is what it says under the pointer. */
/** @typedef {ReturnType<typeof makeChart>} Chart */

const RADIUS = { dot: 1.9, hollow: 1.7, ring: 3.6, diamond: 4.5 } // CSS pixels
const EDGE = { dot: 0.2, hollow: 1, ring: 1.8, diamond: 0.8 }
const GROUND = "var(--panel)"
const REACH = 18 // CSS pixels from the pointer to a dot that it reads

const sheet = new CSSStyleSheet()
sheet.replaceSync(chartStyle)
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]

/**
 * @param {HTMLElement} host
 * @param {object} options
 * @param {string} options.name
 * @param {string} options.label The chart's name.
 * @param {string} options.yLabel
 * @param {[number, number]} options.x What is seen of x, and at most.
 * @param {number} options.least What y spans at least.
 * @param {(value: number) => string} [options.xText] How a label of x reads; without it x is a time.
 * @param {(x: number) => void} [options.seek] Hears where it was pressed.
 */
export const makeChart = (host, { name, label, yLabel, x, least, xText, seek }) => {
  let shown = /** @type {Dot[]} */ ([])
  const ofSign = (/** @type {Dot[]} */ all, /** @type {Dot["sign"]} */ sign, /** @type {any} */ at) => {
    const some = all.filter((dot) => dot.sign === sign)
    return dots(
      {
        x: some.map((dot) => dot.x),
        y: some.map((dot) => dot.y),
        fill: (i) => (sign === "hollow" || sign === "ring" ? GROUND : some[i].colour),
        edge: (i) => (sign === "diamond" ? GROUND : some[i].colour),
        sign: () => sign,
      },
      at,
      { radius: RADIUS[sign], width: EDGE[sign] },
    )
  }
  const chart = makeCommonChart(host, {
    name,
    label,
    yLabel,
    x,
    time: !xText,
    xText,
    parts: {
      lines: (/** @type {Line[]} */ all, at) =>
        lines(
          {
            xs: all.map(({ points }) => points.map((point) => point?.[0] ?? NaN)),
            ys: all.map(({ points }) => points.map((point) => point?.[1] ?? NaN)),
            colour: all.map(({ colour }) => colour),
          },
          at,
        ),
      dots: (/** @type {Dot[]} */ all, at) =>
        /** @type {Dot["sign"][]} */ (["dot", "hollow", "ring", "diamond"]).flatMap((sign) => ofSign(all, sign, at)),
      numbers: (/** @type {Line[]} */ all, at) =>
        numbers(
          {
            xs: all.map(({ points }) => points.map((point) => point?.[0] ?? NaN)),
            ys: all.map(({ points }) => points.map((point) => point?.[1] ?? NaN)),
            colour: all.map(({ colour }) => colour),
            ink: all.map(({ colour }) => inkOn(colour)),
            text: all.map(({ number }) => number),
          },
          at,
        ),
    },
    extents: {
      lines: (/** @type {Line[]} */ all) => all.map(({ points }) => points.map((point) => point?.[1] ?? NaN)),
      dots: (/** @type {Dot[]} */ all) => [all.map(({ y }) => y)],
    },
    fit: { from: 0, least },
    seek,
    hover(pointer) {
      let best = null,
        least = REACH
      for (const dot of pointer ? shown : []) {
        if (chart.wide(dot.x, pointer.x) >= least) continue
        const [left, top] = chart.place(dot.x, dot.y)
        const far = Math.hypot(left - pointer.left, top - pointer.top)
        if (far < least) [best, least] = [dot, far]
      }
      tip(best?.text ?? "", best && { clientX: pointer.left, clientY: pointer.top })
    },
  })
  return {
    show(/** @type {Line[]} */ curves, /** @type {Dot[]} */ points) {
      shown = points
      chart.set("lines", curves)
      chart.set("dots", points)
      chart.set(
        "numbers",
        curves.filter(({ number }) => number),
      )
    },
    /** What is shown next is of another sample. */
    forget: chart.forget,
    cursor: (/** @type {number | null} */ value) => chart.move("cursor", value),
    /** A file of its own: with a size, a font, and who made the data. */
    file: (/** @type {string} */ title, /** @type {string[]} */ notes) =>
      chartsAsSvg([chart.picture()], { title, notes }, host).text,
  }
}
