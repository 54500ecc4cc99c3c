// @ts-check
// The one chart of the page, the stand-alone page and a notebook: axes with units, marks over them, a cursor, zoom, keys. It is SVG, so
// that what is seen can be saved as it is. Measured against uPlot: two charts of 14 curves and 2,000 points drawn anew take the page's
// thread 4 ms (uPlot's canvas: 14), and the rest of the processor's work is on others.

import { fitted } from "./chart_marks.js"
import { axisBottom, axisLeft, scaleLinear, scaleUtc, select, utcFormat } from "./d3.js"
import { element, svgElement } from "./shared.js"

/** @typedef {import("./chart_marks.js").Places} Places */
/** @typedef {import("./chart_marks.js").Mark} Mark */
/** @typedef {[start: number, end: number]} Range */
/**
 * Where the pointer is: a value of the x axis, and CSS pixels of the window.
 * @typedef {{x: number, left: number, top: number}} Pointer
 */
/**
 * @typedef {Object} ChartOptions
 * @property {string} name What `data-chart` says.
 * @property {string} label What the chart is, for assistive technology.
 * @property {boolean} [time] Whether x is a time, milliseconds since 1970, UTC.
 * @property {Range} x What is seen of x at first, and at most.
 * @property {string} [yLabel]
 * @property {boolean} [xLabels] Whether x has labels: of two charts over each other the lower one.
 * @property {(value: number) => string} [xText] How a tick of x reads where it is no time.
 * @property {Record<string, (columns: any, at: Places) => Mark[]>} parts What is drawn, back to front.
 * @property {Record<string, (columns: any) => ArrayLike<number>[]>} extents Of the parts whose values the y axis holds, these values: it is
 *   fitted to all that has come whenever one of them is another, in whatever order they come.
 * @property {{from?: number, least: number}} fit How it is fitted: see `fitted`.
 * @property {(x: number, settled: boolean) => void} [seek] Somebody clicks on a place, or drags there.
 * @property {(pointer: Pointer | null) => void} [hover] Somebody points at a place, or at none any more.
 * @property {(range: Range) => void} [zoomed] Somebody has chosen what is seen of x.
 * @property {(key: string) => void} [step] An arrow key.
 */

const HELP = "arrow keys step through the dates, with shift they move the chart; plus and minus zoom, 0 resets"
const HELP_WITHOUT_DATES = "arrow keys with shift move the chart; plus and minus zoom, 0 resets"
const LEFT = 54,
  RIGHT = 10,
  TOP = 6
const DRAGGED = 4 // CSS pixels that a box is wide at least
const day = utcFormat("%-d %b %Y"),
  month = utcFormat("%b %Y"),
  dayAlone = utcFormat("%-d %b"),
  monthAlone = utcFormat("%b")

const icon = (/** @type {string} */ d) =>
  svgElement(
    "svg",
    { viewBox: "0 0 14 14", "aria-hidden": "true" },
    svgElement("path", { d, fill: "none", stroke: "currentColor", "stroke-width": 1.4 }),
  )

/**
 * Puts a chart into an element, whose size it takes; `chart.css` belongs to it.
 * @param {HTMLElement} parent
 * @param {ChartOptions} options
 */
export const makeChart = (parent, options) => {
  const { name, label, parts, time = false, xLabels = true } = options
  const help = options.step ? HELP : HELP_WITHOUT_DATES
  const axes = { x: svgElement("g", {}), y: svgElement("g", {}) }
  const title = svgElement("text", { "text-anchor": "middle", class: "title" })
  const groups = Object.fromEntries(Object.keys(parts).map((part) => [part, svgElement("g", { "data-part": part })]))
  const plot = svgElement("svg", { class: "marks", overflow: "hidden" }, ...Object.values(groups))
  const svg = svgElement(
    "svg",
    { tabindex: 0, role: "application", "aria-label": `${label}: ${help}` },
    axes.x,
    axes.y,
    title,
    plot,
  )
  const rules = {
    cursor: element("div", { class: "rule", hidden: true }),
    hover: element("div", { class: "rule at-pointer", hidden: true }),
  }
  const box = element("div", { class: "zoom-box", hidden: true })
  const button = (/** @type {string} */ text, /** @type {string} */ d, /** @type {() => void} */ onclick) =>
    element("button", { type: "button", title: text, "aria-label": text, onclick }, icon(d))
  const zoomButton = button("Zoom: drag a box (or hold Shift while dragging)", "M2 2h7v7h-7zM9 9l4 4", () =>
    setZooming(!zooming),
  )
  const host = element(
    "div",
    { class: "chart", role: "figure", "aria-label": label, "data-chart": name },
    svg,
    rules.cursor,
    rules.hover,
    box,
    element(
      "div",
      { class: "zoom" },
      zoomButton,
      button("The whole range", "M2 7a5 5 0 1 0 2-4M4 0v4h4", () => reset()),
    ),
  )
  parent.append(host)

  let [width, height] = [0, 0]
  let frame = 0, // the next one, asked for
    every = true, // whether axes and all parts are to be drawn
    zooming = false
  let whole = { x: options.x, y: /** @type {Range} */ ([0, 0.6]) }, // y until something has come
    shown = { ...whole },
    yLabel = options.yLabel ?? "",
    years = true // whether a date says its year
  const columns = /** @type {Record<string, any>} */ ({})
  const changed = new Set()
  const places = { cursor: null, hover: null }
  let held = false // whether y was fitted to values of this sample

  // The places of what is seen now: kept, since a pointer and a cursor ask for them many times a second.
  let known = /** @type {ReturnType<typeof measure> | null} */ (null)
  const here = () => (known ??= measure())
  const measure = () => {
    const left = LEFT,
      right = Math.max(LEFT + 1, width - RIGHT),
      top = TOP,
      bottom = Math.max(TOP + 1, height - (xLabels ? 22 : TOP))
    const x = time ? scaleUtc(shown.x, [left, right]) : scaleLinear(shown.x, [left, right]),
      y = scaleLinear(shown.y, [bottom, top])
    // Dates as plain numbers: D3's own scale makes a Date of each.
    const per = (right - left) / (shown.x[1] - shown.x[0])
    return { x: (v) => left + (v - shown.x[0]) * per, y, left, right, top, bottom, scales: { x, y } }
  }
  const put = (/** @type {SVGElement} */ node, /** @type {Record<string, any>} */ attributes) => {
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  }
  const dateText = (/** @type {Date} */ date) =>
    date.getUTCDate() === 1 ? (years ? month : monthAlone)(date) : (years ? day : dayAlone)(date)
  const drawAxes = (/** @type {ReturnType<typeof here>} */ at) => {
    const bottom = axisBottom(at.scales.x)
      .ticks(Math.max(2, Math.floor((at.right - at.left) / (years ? 84 : 56))))
      .tickSizeInner(at.top - at.bottom)
      .tickSizeOuter(0)
      .tickPadding(8)
      .tickFormat(xLabels ? (time ? dateText : (options.xText ?? String)) : () => "")
    const left = axisLeft(at.scales.y)
      .ticks(Math.max(2, Math.min(6, Math.floor((at.bottom - at.top) / 20))))
      .tickSizeInner(at.left - at.right)
      .tickSizeOuter(0)
      .tickPadding(6)
    put(axes.x, { transform: `translate(0,${at.bottom})` })
    put(axes.y, { transform: `translate(${at.left},0)` })
    select(axes.x).call(bottom)
    select(axes.y).call(left)
    for (const node of [axes.x, axes.y]) for (const name of ["font-family", "font-size"]) node.removeAttribute(name)
    keepLabelsApart(at)
    const middle = (at.top + at.bottom) / 2
    put(title, { transform: `translate(12,${middle}) rotate(-90)` })
    title.textContent = yLabel
    put(plot, { x: at.left, y: at.top, width: at.right - at.left, height: at.bottom - at.top })
    put(plot, { viewBox: `${at.left} ${at.top} ${at.right - at.left} ${at.bottom - at.top}` })
    for (const rule of Object.values(rules))
      Object.assign(rule.style, { top: `${at.top}px`, height: `${at.bottom - at.top}px` })
  }
  // The last label would be cut at the edge, and might touch the one before it.
  const keepLabelsApart = (/** @type {Places} */ at) => {
    let free = -Infinity
    for (const text of xLabels
      ? /** @type {NodeListOf<SVGTextElement>} */ (axes.x.querySelectorAll(".tick text"))
      : []) {
      const x = Number(/translate\(([-\d.]+)/.exec(text.parentElement?.getAttribute("transform") ?? "")?.[1] ?? 0)
      const half = (text.textContent ?? "").length * 3.6
      const moved = Math.min(0, width - 2 - half - x)
      text.setAttribute("dx", String(moved))
      text.style.display = x + moved - half < free || at.right < x ? "none" : ""
      if (text.style.display === "") free = x + moved + half + 6
    }
  }
  // What a person has zoomed to is kept; the whole range, to which they go back, holds all the same what has come.
  let unfitted = false
  const fit = () => {
    if (!unfitted) return
    unfitted = false
    const values = Object.entries(options.extents).flatMap(([part, of]) => (columns[part] ? of(columns[part]) : []))
    const range = fitted(values, held ? whole.y : null, options.fit)
    if (!range) return
    const zoomed = held && shown.y !== whole.y
    held = true
    whole = { ...whole, y: range }
    see(shown.x, zoomed ? shown.y : range)
  }
  const draw = () => {
    fit() // before the frame is over: what it changes is drawn in this one
    frame = 0
    if (!width || !height || host.hidden) return
    const at = here()
    if (every) drawAxes(at)
    for (const part of every ? Object.keys(parts) : changed) {
      const marks = columns[part] ? parts[part](columns[part], at) : []
      groups[part].replaceChildren(
        ...marks.map(([tag, attributes, text]) => svgElement(tag, attributes, ...(text === undefined ? [] : [text]))),
      )
    }
    every = false
    changed.clear()
    placeRules(at)
  }
  const ask = (all = false) => {
    if (all) known = null
    every ||= all
    frame ||= requestAnimationFrame(draw)
  }
  const placeRules = (at = here()) => {
    for (const [what, rule] of Object.entries(rules)) {
      const value = places[what]
      const x = value === null ? -1 : at.x(value)
      rule.hidden = !width || x < at.left || x > at.right
      if (!rule.hidden) rule.style.transform = `translateX(${x - 0.7}px)`
    }
  }
  const size = new ResizeObserver(([entry]) => {
    ;({ width, height } = entry.contentRect)
    ask(true)
  })
  size.observe(host)

  // --- what people do ------------------------------------------------------------------------------
  const see = (/** @type {Range} */ x, /** @type {Range} */ y = shown.y) => {
    const [low, high] = whole.x,
      span = Math.min(high - low, Math.max(x[1] - x[0], (high - low) / 500)),
      start = Math.min(Math.max(x[0], low), high - span)
    shown = { x: [start, start + span], y }
    host.classList.toggle(
      "zoomed",
      shown.x.some((v, i) => v !== whole.x[i]) || shown.y.some((v, i) => v !== whole.y[i]),
    )
    ask(true)
  }
  const tellZoom = () => options.zoomed?.(shown.x)
  const reset = () => {
    see(whole.x, whole.y)
    tellZoom()
  }
  const setZooming = (/** @type {boolean} */ on) => {
    zooming = on
    host.classList.toggle("zooming", on)
    zoomButton.setAttribute("aria-pressed", String(on))
  }
  setZooming(false)
  const local = (/** @type {PointerEvent} */ event) => {
    const { left, top } = host.getBoundingClientRect()
    return [event.clientX - left, event.clientY - top]
  }
  const valueAt = (/** @type {number} */ left, at = here()) => {
    const share = (left - at.left) / (at.right - at.left)
    return shown.x[0] + Math.min(1, Math.max(0, share)) * (shown.x[1] - shown.x[0])
  }
  let pressed = /** @type {null | {left: number, top: number, boxed: boolean}} */ (null)
  const drawBox = (/** @type {number} */ left, /** @type {number} */ top) => {
    const at = here(),
      [x0, x1] = [pressed.left, left].map((v) => Math.min(at.right, Math.max(at.left, v))).sort((a, b) => a - b),
      [y0, y1] = [pressed.top, top].map((v) => Math.min(at.bottom, Math.max(at.top, v))).sort((a, b) => a - b)
    Object.assign(box.style, { left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0}px` })
    box.hidden = false
    return { x0, x1, y0, y1, at }
  }
  svg.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return
    const [left, top] = local(event)
    pressed = { left, top, boxed: zooming || event.shiftKey }
    svg.setPointerCapture(event.pointerId)
  })
  svg.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    const [left, top] = local(event),
      at = here()
    if (pressed?.boxed) drawBox(left, top)
    else if (pressed && Math.abs(left - pressed.left) >= DRAGGED) options.seek?.(valueAt(left, at), false)
    const inside = left >= at.left && left <= at.right
    options.hover?.(inside ? { x: valueAt(left, at), left: event.clientX, top: event.clientY } : null)
  })
  svg.addEventListener("pointerup", (/** @type {PointerEvent} */ event) => {
    if (!pressed) return
    const [left, top] = local(event)
    if (!pressed.boxed) options.seek?.(valueAt(left), true)
    else {
      const { x0, x1, y0, y1, at } = drawBox(left, top)
      if (x1 - x0 >= DRAGGED && y1 - y0 >= DRAGGED) {
        see([valueAt(x0, at), valueAt(x1, at)], [at.scales.y.invert(y1), at.scales.y.invert(y0)])
        tellZoom()
        setZooming(false)
      }
    }
    pressed = null
    box.hidden = true
  })
  svg.addEventListener("pointercancel", () => {
    pressed = null
    box.hidden = true
  })
  svg.addEventListener("pointerleave", () => options.hover?.(null))
  svg.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key],
      span = shown.x[1] - shown.x[0],
      middle = (shown.x[0] + shown.x[1]) / 2
    const around = (/** @type {number} */ centre, /** @type {number} */ wide) =>
      see([centre - wide / 2, centre + wide / 2])
    if (by && event.shiftKey) around(middle + (by * span) / 4, span)
    else if (by && options.step) options.step(event.key)
    else if (event.key === "+" || event.key === "=") around(middle, span / 2)
    else if (event.key === "-") around(middle, span * 2)
    else if (event.key === "0") see(whole.x, whole.y)
    else if (event.key === "Escape" && zooming) setZooming(false)
    else return
    tellZoom()
    event.preventDefault()
    event.stopPropagation()
  })

  const chart = {
    host,
    columns,
    /** What is seen of both axes, and whether the chart is there at all. */
    get view() {
      fit()
      return { ...shown, yLabel, shown: !host.hidden }
    },
    places,
    /** Draw other data in a part; the same object is left as it is. */
    set(/** @type {string} */ part, /** @type {any} */ data) {
      if (columns[part] === data) return
      columns[part] = data
      if (part in parts) changed.add(part)
      unfitted ||= part in options.extents
      ask()
    },
    /** What was seen of y is of another sample: fit it anew. */
    forget() {
      held = false
      unfitted = true
      see(shown.x, whole.y)
    },
    /** @param {Range} x Another whole range, `withYear` or without in its dates. */
    span(x, withYear = true) {
      whole = { ...whole, x }
      years = withYear
      see(x)
    },
    see: (/** @type {Range} */ x) => see(x),
    /** What somebody has zoomed to, of each axis; null where all is seen. */
    get zoomed() {
      fit()
      const part = (/** @type {"x" | "y"} */ axis) =>
        shown[axis].some((v, i) => v !== whole[axis][i]) ? shown[axis] : null
      return { x: part("x"), y: part("y") }
    },
    /** @param {{ x: Range | null, y: Range | null }} part Of each axis; null: all. */
    zoomTo({ x, y }) {
      fit()
      see(x ?? whole.x, y ?? whole.y)
    },
    name(/** @type {string} */ text) {
      if (text === yLabel) return
      yLabel = text
      ask(true)
    },
    show(/** @type {boolean} */ on) {
      host.hidden = !on
    },
    move(/** @type {"cursor" | "hover"} */ what, /** @type {number | null} */ value) {
      places[what] = value
      placeRules()
    },
    /** Where a value lies, CSS pixels of the window. */
    place(/** @type {number} */ x, /** @type {number} */ y) {
      const at = here(),
        { left, top } = host.getBoundingClientRect()
      return [left + at.x(x), top + at.y(y)]
    },
    /** Pixels of the window between two values of x. */
    wide: (/** @type {number} */ x0, /** @type {number} */ x1) => Math.abs(here().x(x1) - here().x(x0)),
    /** What is seen, with the cursor, as an element that needs no stylesheet. */
    picture() {
      if (frame) {
        cancelAnimationFrame(frame)
        draw()
      }
      const copy = /** @type {SVGElement} */ (svg.cloneNode(true))
      const [live, plain] = [svg, copy].map((root) => [...root.querySelectorAll("*")])
      live.forEach((node, i) => {
        const style = getComputedStyle(node)
        for (const key of ["fill", "stroke"])
          if (/var\(/.test(node.getAttribute(key) ?? "") || node.closest("[class=marks]") === null)
            plain[i].setAttribute(key, style.getPropertyValue(key))
        if (node.tagName === "text" && style.display === "none") plain[i].remove()
      })
      for (const key of ["tabindex", "role"]) copy.removeAttribute(key)
      put(copy, { width, height, "font-size": 12, "aria-label": label })
      const at = here()
      if (places.cursor !== null && !rules.cursor.hidden) {
        const x = at.x(places.cursor)
        copy.append(
          svgElement("line", {
            x1: x,
            x2: x,
            y1: at.top,
            y2: at.bottom,
            stroke: getComputedStyle(rules.cursor).borderLeftColor,
            "stroke-width": 1.4,
          }),
        )
      }
      return copy
    },
    remove() {
      size.disconnect()
      cancelAnimationFrame(frame)
      host.remove()
    },
  }
  host.chart = chart
  return chart
}
