// Small SVG charts: axes with units, lines, dots, a cursor, hover. What is drawn can be taken away as SVG.

import { svg, theme } from "./page_dom.js"

/** @typedef {[x: number, y: number]} Point In the units of the data; of time, milliseconds since 1970. */
/** @typedef {{ points: Array<Point | null>, colour: string, width?: number }} Line Null: a gap. */
/** @typedef {{ x: number, y: number, colour: string, sign: "dot" | "hollow" | "ring" | "diamond", text: string }} Dot `text` is what it says under the pointer. */

/**
 * @typedef {object} Shown
 * @property {Line[]} lines
 * @property {Dot[]} dots
 * @property {[low: number, high: number]} x
 * @property {[low: number, high: number]} y
 * @property {number | null} cursor Where the upright line stands, on x.
 */

/**
 * @typedef {object} Options
 * @property {string} label The chart's name.
 * @property {string} yLabel
 * @property {string} [xLabel]
 * @property {(low: number, high: number, count: number) => Array<[x: number, text: string]>} [xTicks] About `count` labels of x; else round numbers.
 * @property {(x: number) => void} [onSeek] Hears where it was pressed.
 * @property {(text: string, event: PointerEvent | null) => void} tip Shows words beside the pointer; none for an empty text.
 */

/**
 * @typedef {object} Chart
 * @property {(changed: Partial<Shown>) => void} show
 * @property {(x: number | null) => void} cursor
 * @property {() => void} redraw In the theme's colours.
 * @property {(title: string, credit: string) => string} file What is shown as an SVG of its own.
 */

const INK = {
  light: { text: "#5a6a74", grid: "#dfe5e9", axis: "#9aa8b0", now: "#0f2a33", ground: "#ffffff" },
  dark: { text: "#9db0ba", grid: "#2c3a43", axis: "#5d707b", now: "#e3ebef", ground: "#1b272e" },
}

/**
 * Round numbers from low to high, about `count` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
const ticks = (low, high, count) => {
  const rough = (high - low) / Math.max(count, 1),
    power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((s) => s >= rough * 0.999)
  const found = []
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    found.push(Number((i * step).toPrecision(12)))
  return found
}

/** @type {Options["xTicks"]} */
const roundTicks = (low, high, count) => ticks(low, high, count).map((v) => [v, String(v)])

/**
 * A chart that fills `host`, whatever its size.
 * @param {HTMLElement} host
 * @param {Options} options
 * @returns {Chart}
 */
export const makeChart = (host, { label, yLabel, xLabel = "", xTicks = roundTicks, onSeek, tip }) => {
  const figure = svg("svg", { role: "img", "aria-label": label, class: "chart" })
  host.append(figure)
  /** @type {Shown} */
  let model = { lines: [], dots: [], x: [0, 1], y: [0, 1], cursor: null }
  let area = null,
    cursor = null,
    ring = null

  const draw = () => {
    const width = host.clientWidth,
      height = host.clientHeight
    if (width < 40 || height < 40) return
    const ink = INK[theme()]
    area = { left: 46, right: width - 10, top: 8, bottom: height - (xLabel ? 34 : 20) }
    const [x0, x1] = model.x,
      [y0, y1] = model.y
    area.x = (v) => area.left + ((v - x0) / (x1 - x0)) * (area.right - area.left)
    area.y = (v) => area.bottom - ((v - y0) / (y1 - y0)) * (area.bottom - area.top)
    const text = (words, x, y, anchor, more = {}) =>
      svg("text", { x, y, fill: ink.text, "font-size": 11, "text-anchor": anchor, ...more }, words)
    /** @type {SVGElement[]} */
    const parts = [svg("rect", { width, height, fill: ink.ground })]
    for (const v of ticks(y0, y1, Math.max(2, (area.bottom - area.top) / 22))) {
      parts.push(svg("line", { x1: area.left, x2: area.right, y1: area.y(v), y2: area.y(v), stroke: ink.grid }))
      parts.push(text(String(v).replace("-", "−"), area.left - 6, area.y(v) + 4, "end"))
    }
    let free = -Infinity // where the last label ends
    for (const [v, words] of xTicks(x0, x1, (area.right - area.left) / 76)) {
      parts.push(svg("line", { x1: area.x(v), x2: area.x(v), y1: area.top, y2: area.bottom + 4, stroke: ink.grid }))
      const half = words.length * 3.1,
        middle = Math.min(area.x(v), width - half - 2)
      if (middle - half < free + 4) continue
      free = middle + half
      parts.push(text(words, middle, area.bottom + 15, "middle"))
    }
    parts.push(
      svg("path", { d: `M${area.left},${area.top}V${area.bottom}H${area.right}`, fill: "none", stroke: ink.axis }),
    )
    parts.push(
      text(yLabel, 12, (area.top + area.bottom) / 2, "middle", {
        transform: `rotate(-90 12 ${(area.top + area.bottom) / 2})`,
      }),
    )
    if (xLabel) parts.push(text(xLabel, (area.left + area.right) / 2, height - 4, "middle"))
    const at = (p) => `${area.x(p[0]).toFixed(1)},${area.y(p[1]).toFixed(1)}`
    for (const line of model.lines) {
      let path = "",
        open = false
      for (const p of line.points) {
        if (p) path += (open ? "L" : "M") + at(p)
        open = Boolean(p)
      }
      if (path)
        parts.push(
          svg("path", {
            d: path,
            fill: "none",
            stroke: line.colour,
            "stroke-width": line.width ?? 1.6,
            "stroke-linejoin": "round",
          }),
        )
    }
    for (const dot of model.dots) {
      const x = area.x(dot.x),
        y = area.y(dot.y)
      if (dot.sign === "diamond")
        parts.push(svg("path", { d: `M${x},${y - 5}l4,5l-4,5l-4,-5z`, fill: dot.colour, stroke: ink.ground }))
      else
        parts.push(
          svg("circle", {
            cx: x,
            cy: y,
            r: dot.sign === "ring" ? 3.6 : dot.sign === "hollow" ? 1.7 : 1.9,
            fill: dot.sign === "dot" ? dot.colour : ink.ground,
            stroke: dot.colour,
            "stroke-width": dot.sign === "ring" ? 1.8 : dot.sign === "hollow" ? 1 : 0,
          }),
        )
    }
    cursor = svg("line", { y1: area.top, y2: area.bottom, stroke: ink.now, "stroke-width": 1.5, class: "cursor" })
    ring = svg("circle", { r: 5.5, fill: "none", stroke: ink.now, "stroke-width": 1.5, visibility: "hidden" })
    figure.setAttribute("viewBox", `0 0 ${width} ${height}`)
    figure.replaceChildren(...parts, cursor, ring)
    moveCursor()
  }
  const moveCursor = () => {
    if (!cursor) return
    const shown = model.cursor !== null
    cursor.setAttribute("visibility", shown ? "visible" : "hidden")
    if (shown) {
      const x = area.x(model.cursor)
      cursor.setAttribute("x1", x)
      cursor.setAttribute("x2", x)
    }
  }
  const place = (event) => {
    const box = figure.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  const hover = (event) => {
    if (!area) return
    const [x, y] = place(event)
    let best = null,
      least = 18
    for (const dot of model.dots) {
      const far = Math.hypot(area.x(dot.x) - x, area.y(dot.y) - y)
      if (far < least) {
        best = dot
        least = far
      }
    }
    ring.setAttribute("visibility", best ? "visible" : "hidden")
    if (best) {
      ring.setAttribute("cx", area.x(best.x))
      ring.setAttribute("cy", area.y(best.y))
    }
    tip(best ? best.text : "", event)
  }
  let down = false
  const seek = (event) => {
    if (!onSeek || !area) return
    const [x] = place(event),
      [x0, x1] = model.x
    onSeek(x0 + ((x - area.left) / (area.right - area.left)) * (x1 - x0))
  }
  figure.addEventListener("pointerdown", (event) => {
    down = true
    figure.setPointerCapture(event.pointerId)
    seek(event)
  })
  figure.addEventListener("pointermove", (event) => {
    hover(event)
    if (down) seek(event)
  })
  for (const kind of ["pointerup", "pointercancel"])
    figure.addEventListener(kind, () => {
      down = false
    })
  figure.addEventListener("pointerleave", () => {
    ring?.setAttribute("visibility", "hidden")
    tip("", null)
  })
  new ResizeObserver(draw).observe(host)
  return {
    show(next) {
      model = { ...model, ...next }
      draw()
    },
    cursor(value) {
      model.cursor = value
      moveCursor()
    },
    redraw: draw,
    // A file of its own: with a size, a font, and who made the data.
    file(title, credit) {
      const copy = /** @type {SVGSVGElement} */ (figure.cloneNode(true))
      copy.querySelectorAll(".cursor").forEach((node) => node.remove())
      const width = host.clientWidth,
        height = host.clientHeight
      for (const [key, value] of Object.entries({
        xmlns: "http://www.w3.org/2000/svg",
        width,
        height: height + 18,
        viewBox: `0 -18 ${width} ${height + 18}`,
        "font-family": "system-ui, sans-serif",
      }))
        copy.setAttribute(key, String(value))
      const ink = INK[theme()]
      copy.prepend(
        svg("title", {}, title),
        svg("desc", {}, credit),
        svg("rect", { y: -18, width, height: 18, fill: ink.ground }),
        svg("text", { x: 8, y: -5, "font-size": 11, fill: ink.now }, title),
      )
      return new XMLSerializer().serializeToString(copy)
    },
  }
}
