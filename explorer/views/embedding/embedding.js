// The samples as points, like ones together: moved and zoomed as the map is, a line around some of them filters all of the page.

import { element, fitCanvas, keepFocus, keepKeys, makeReturn, mark, wheelFactor } from "../../browser/shared.js"
import { listen, mapBoxBeside } from "../common/talking.js"

const REACH = 8 // px around the pointer within which a sample counts as meant
const CLICK = 4 // px that a pointer moves at most in a click
const MARGIN = 1.06 // of all samples in view
const REST = 300 // ms until where the map has come to rest is told
const STEP = 0.15 // of the view, that an arrow key moves it
const DEEPEST = 1e-5 // of all samples' width, that a view has at least
const TOOLS = { move: "Move", box: "Box", lasso: "Lasso" }
const TITLES = {
  move: "Drag to move, click to open a sample",
  box: "Drag a box around samples: only they are shown, everywhere",
  lasso: "Draw around samples: only they are shown, everywhere",
}

/** @param {import("../messages").Drawn<"Embedding">} panel */
export function render({ model, el }) {
  const stop = new AbortController()
  const button = (text, title, act, attributes = {}) =>
    element("button", { type: "button", title, onclick: act, ...attributes }, text)
  const menu = (name, label) => {
    const select = element("select", {
      "aria-label": label,
      onchange: () => model.send_msg({ type: "choose", name, value: select.value }),
    })
    return select
  }
  const tables = menu("table", "Features"),
    methods = menu("method", "Method"),
    colours = menu("by", "Colours")
  const samples = element("output", { class: "count", "aria-live": "polite", "aria-label": "Samples in colour" })
  const chips = element("span", { class: "chips", role: "group", "aria-label": "Active filters" })
  const close = button("×", "Close", () => hide(), { class: "close", "aria-label": "Close the embedding map" })
  let tool = "move"
  const tools = element(
    "span",
    { class: "segments", role: "radiogroup", "aria-label": "What dragging does" },
    ...Object.entries(TOOLS).map(([name, text]) =>
      button(text, TITLES[name], () => setTool(name), { role: "radio", "data-tool": name }),
    ),
  )
  const setTool = (name) => {
    tool = name
    for (const one of tools.children) {
      one.setAttribute("aria-checked", String(one.dataset.tool === name))
      one.tabIndex = one.dataset.tool === name ? 0 : -1
    }
    canvas.classList.toggle("draw", name !== "move")
  }
  tools.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (!by) return
    const names = Object.keys(TOOLS)
    setTool(names[(names.indexOf(tool) + by + names.length) % names.length])
    tools.querySelector("[aria-checked=true]").focus()
    event.preventDefault()
  })
  const canvas = element("canvas", {
    tabindex: "0",
    role: "application",
    "aria-label":
      "Embedding map: arrow keys move it, plus and minus zoom, 0 shows all, Enter opens the sample nearest to the middle",
  })
  const plot = element("div", { class: "plot" }, canvas)
  const key = element("ul", { class: "key", "aria-label": "Colours", tabindex: "0" })
  const about = element("p", { class: "about" })
  const told = element("p", { class: "told", role: "status" })
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "Embedding map", hidden: true },
    element("header", {}, element("h2", {}, "Embedding map"), samples, chips, close),
    element(
      "div",
      { class: "bar" },
      element("label", {}, "Features", tables),
      element("label", {}, "Method", methods),
      element("label", {}, "Colours", colours),
      tools,
      element(
        "span",
        { class: "segments" },
        button("−", "Zoom out", () => zoom(0.5), { "aria-label": "Zoom out" }),
        button("+", "Zoom in", () => zoom(2), { "aria-label": "Zoom in" }),
        button("All", "All samples in view (0)", () => goHome(), { "aria-label": "Show all samples" }),
      ),
      button("Filter by view", "Only the samples that are in view here are shown, everywhere", () => {
        const [x0, x1, y0, y1] = box()
        model.send_msg({ type: "area", x: [x0, x1, x1, x0], y: [y0, y0, y1, y1] })
      }),
    ),
    element("div", { class: "body" }, plot, key),
    about,
    told,
  )
  el.append(panel)

  // -- where it is --------------------------------------------------------------------------------------------
  const back = makeReturn(panel)
  const putInPlace = () => {
    const map = mapBoxBeside(model)
    panel.style.left = map ? `${map.right + 12}px` : ""
  }
  window.addEventListener("resize", () => !panel.hidden && putInPlace(), { signal: stop.signal })
  const closeIt = () => {
    if (panel.hidden) return
    back.closed()
    panel.hidden = true
    clearTimeout(resting)
    shown = state = marked = drag = null
    for (const one of [chips, key]) one.replaceChildren()
    for (const one of [samples, about, told]) one.textContent = ""
    draw()
  }
  const hide = () => {
    closeIt()
    model.send_msg({ type: "closed" })
  }
  keepKeys(panel, () => (drag ? endDrag() : hide()))

  // -- what is in view ----------------------------------------------------------------------------------------
  let state = /** @type {any} */ (null)
  let marked = /** @type {any} */ (null)
  let shown = /** @type {{ canvas: HTMLCanvasElement, pixels: Uint8Array, box: number[] } | null} */ (null)
  let view = { x: 0, y: 0, width: 1 } // the middle, and the width in the map's coordinates
  let size = { width: 0, height: 0 }
  let told_place = { x: 0, y: 0, width: 0 }
  let number = 0
  let waits = false, // for an answer
    stale = false // what is in view changed meanwhile
  let resting = 0
  const unit = () => view.width / Math.max(size.width, 1) // of a pixel
  const box = () => {
    const half = (unit() * size.height) / 2
    return [view.x - view.width / 2, view.x + view.width / 2, view.y - half, view.y + half]
  }
  const home = () => {
    const [x0, x1, y0, y1] = state.home
    const width = Math.max(x1 - x0, ((y1 - y0) * size.width) / Math.max(size.height, 1), 1e-6) * MARGIN
    return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, width }
  }
  const isHome = () => {
    const all = home()
    return near(view, all)
  }
  const near = (a, b) =>
    Math.abs(a.width - b.width) < 2e-3 * b.width && Math.hypot(a.x - b.x, a.y - b.y) < 2e-3 * b.width
  const ask = () => {
    if (!state || !size.width) return
    if (waits) {
      stale = true
      return
    }
    waits = true
    stale = false
    number++
    const [x0, x1, y0, y1] = box()
    const ratio = Math.min(window.devicePixelRatio || 1, 2)
    const width = Math.round(size.width * ratio),
      height = Math.round(size.height * ratio)
    model.send_msg({ type: "view", frame: number, x0, x1, y0, y1, width, height })
  }
  const tellPlace = () => {
    if (!state) return
    told_place = isHome() ? { x: 0, y: 0, width: 0 } : { ...view }
    model.send_msg({ type: "placed", ...told_place })
  }
  const go = (to) => {
    if (!state) return
    const all = home()
    const width = Math.min(Math.max(to.width, all.width * DEEPEST), all.width * 2)
    const clamp = (value, middle) => Math.min(Math.max(value, middle - all.width), middle + all.width)
    view = { x: clamp(to.x, all.x), y: clamp(to.y, all.y), width }
    draw()
    ask()
    clearTimeout(resting)
    resting = window.setTimeout(tellPlace, REST)
  }
  const goHome = () => state && go(home())
  const zoom = (factor, x = size.width / 2, y = size.height / 2) => {
    const px = view.x + (x - size.width / 2) * unit(),
      py = view.y - (y - size.height / 2) * unit()
    const width = view.width / factor
    const one = width / Math.max(size.width, 1)
    go({ x: px - (x - size.width / 2) * one, y: py + (y - size.height / 2) * one, width })
  }
  const sized = new ResizeObserver(([entry]) => {
    const { width, height } = entry.contentRect
    const atHome = state && size.width && isHome()
    const first = state && !size.width
    size = { width, height }
    if (!state || !width) return
    if (atHome || first) view = startOf(state) ?? home()
    draw()
    ask()
  })
  sized.observe(plot)
  const startOf = (found) => {
    const at = found.place
    return at ? { x: at[0], y: at[1], width: at[2] } : null
  }

  // -- drawing ------------------------------------------------------------------------------------------------
  const toScreen = ([x, y]) => [size.width / 2 + (x - view.x) / unit(), size.height / 2 - (y - view.y) / unit()]
  const paint = () => {
    if (!shown || !state) return
    const table = new Uint32Array(256)
    const bytes = new Uint8Array(table.buffer)
    for (const [i, colour] of state.palette.entries()) {
      const part = (at) => Number.parseInt(colour.slice(at, at + 2), 16)
      bytes.set([part(1), part(3), part(5), colour.length > 7 ? part(7) : 255], 4 * i)
    }
    const { width, height } = shown.canvas
    const image = new ImageData(width, height)
    const into = new Uint32Array(image.data.buffer)
    for (let row = 0; row < height; row++) {
      const from = (height - 1 - row) * width // the lowest row comes first
      for (let i = 0; i < width; i++) into[row * width + i] = table[shown.pixels[from + i]]
    }
    shown.canvas.getContext("2d").putImageData(image, 0, 0)
  }
  const outline = (context, points, closed) => {
    if (points.length < 2) return
    context.beginPath()
    for (const [i, [x, y]] of points.entries()) i ? context.lineTo(x, y) : context.moveTo(x, y)
    if (closed) context.closePath()
    const style = getComputedStyle(panel)
    for (const [colour, width, dash] of [
      [style.getPropertyValue("--panel"), 3.5, []],
      [style.getPropertyValue("--accent"), 1.8, closed ? [] : [5, 3]],
    ]) {
      context.strokeStyle = String(colour).trim()
      context.lineWidth = Number(width)
      context.setLineDash(/** @type {number[]} */ (dash))
      context.stroke()
    }
    context.setLineDash([])
  }
  const draw = () => {
    if (!size.width) return
    const context = fitCanvas(canvas, size.width, size.height)
    if (!state) return
    if (shown) {
      const [left, top] = toScreen([shown.box[0], shown.box[3]])
      const [right, bottom] = toScreen([shown.box[1], shown.box[2]])
      context.imageSmoothingEnabled = false
      context.drawImage(shown.canvas, left, top, right - left, bottom - top)
    }
    if (state.area.length) outline(context, state.area.map(toScreen), true)
    if (drag?.line) outline(context, drag.line, tool === "box")
    if (marked) {
      const [x, y] = toScreen(marked)
      const style = getComputedStyle(panel)
      for (const [colour, width] of [
        [style.getPropertyValue("--panel"), 5],
        [style.getPropertyValue("--ink"), 2.2],
      ]) {
        context.beginPath()
        context.arc(x, y, 8, 0, 2 * Math.PI)
        context.strokeStyle = String(colour).trim()
        context.lineWidth = Number(width)
        context.stroke()
      }
    }
  }

  // -- pointer and keys ---------------------------------------------------------------------------------------
  let drag = /** @type {any} */ (null)
  /** @returns {[number, number]} */
  const at = (event) => {
    const place = canvas.getBoundingClientRect()
    return [event.clientX - place.left, event.clientY - place.top]
  }
  const toMap = ([x, y]) => [view.x + (x - size.width / 2) * unit(), view.y - (y - size.height / 2) * unit()]
  const endDrag = () => {
    drag = null
    canvas.classList.remove("drag")
    draw()
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || !state || drag) return
    canvas.setPointerCapture(event.pointerId)
    const from = at(event)
    drag = { id: event.pointerId, from, view: { ...view }, moved: false, line: tool === "move" ? null : [from] }
  })
  canvas.addEventListener("pointermove", (event) => {
    if (!drag || drag.id !== event.pointerId) return
    const [x, y] = at(event)
    const [x0, y0] = drag.from
    drag.moved ||= Math.hypot(x - x0, y - y0) > CLICK
    if (!drag.moved) return
    if (tool === "move") {
      canvas.classList.add("drag")
      go({ ...drag.view, x: drag.view.x - (x - x0) * unit(), y: drag.view.y + (y - y0) * unit() })
    } else {
      if (tool === "lasso") drag.line.length < 4000 && drag.line.push([x, y])
      else drag.line = [drag.from, [x, y0], [x, y], [x0, y]]
      draw()
    }
  })
  canvas.addEventListener("pointerup", (event) => {
    if (!drag || drag.id !== event.pointerId) return
    const { moved, line, from } = drag
    endDrag()
    if (!moved) tap(from)
    else if (line) {
      const points = line.map(toMap)
      model.send_msg({ type: "area", x: points.map((one) => one[0]), y: points.map((one) => one[1]) })
    }
  })
  canvas.addEventListener("pointercancel", endDrag)
  const tap = (place, reach = REACH) => {
    const [x, y] = toMap(place)
    model.send_msg({ type: "tap", x, y, reach: reach * unit() })
  }
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault()
      const factor = wheelFactor(event)
      if (factor !== 1) zoom(factor, ...at(event))
    },
    { passive: false },
  )
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !state) return
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [
      0, 0,
    ]
    const by = STEP * Math.min(size.width, size.height) * unit()
    if (dx || dy) go({ ...view, x: view.x + dx * by, y: view.y + dy * by })
    else if (event.key === "+" || event.key === "=") zoom(2)
    else if (event.key === "-") zoom(0.5)
    else if (event.key === "0") goHome()
    else if (event.key === "Enter") tap([size.width / 2, size.height / 2], Math.max(size.width, size.height))
    else return
    event.preventDefault()
  })

  // -- what the server tells ----------------------------------------------------------------------------------
  const fill = (select, choices, chosen) => {
    select.replaceChildren(
      ...choices.map((one) =>
        element(
          "option",
          { value: one.value, disabled: Boolean(one.off) },
          one.off ? `${one.text} (${one.off})` : one.text,
        ),
      ),
    )
    select.value = chosen
  }
  const rowOf = (row) => {
    const swatch = element("i")
    swatch.style.background = row.colour
    const parts = [swatch, element("span", { class: "name" }, row.text)]
    if (row.count !== null) parts.push(element("span", { class: "number" }, row.count.toLocaleString("en")))
    const inner = row.filter
      ? element(
          "button",
          {
            type: "button",
            title: row.text,
            "aria-pressed": String(row.on),
            onclick: () => model.send_msg({ type: "filter", text: row.filter }),
          },
          ...parts,
        )
      : element("span", { class: "row" }, ...parts)
    return element("li", {}, inner)
  }
  const open = () => {
    back.opened()
    panel.hidden = false
    putInPlace()
    canvas.focus({ preventScroll: true })
  }
  listen(model, {
    busy() {
      if (panel.hidden) {
        open()
        told.textContent = "Placing the samples. The first time takes some seconds …"
      }
      panel.classList.add("busy")
    },
    state(data) {
      const opening = !state
      if (panel.hidden) open()
      const other = !state || state.table !== data.table || state.method !== data.method
      state = data
      panel.classList.remove("busy")
      if (opening) size = { width: plot.clientWidth, height: plot.clientHeight }
      const wanted = startOf(data)
      const known = told_place.width ? wanted && near(told_place, wanted) : !wanted
      if (other || !known) {
        if (other) shown = null
        view = wanted ?? home()
        told_place = wanted ?? { x: 0, y: 0, width: 0 }
      }
      const n = data.count.toLocaleString("en"),
        placed = data.placed.toLocaleString("en")
      samples.textContent = data.count === data.placed ? `all ${placed} samples` : `${n} of ${placed} samples in colour`
      if (data.placed < data.total)
        samples.textContent += `; ${(data.total - data.placed).toLocaleString("en")} have no features`
      fill(tables, data.tables, data.table)
      fill(methods, data.methods, data.method)
      fill(colours, data.colours, data.by)
      keepFocus(panel, () => {
        chips.replaceChildren(
          ...data.chips.map((chip) =>
            button(`${chip.text} ×`, `Remove the filter: ${chip.text}`, () =>
              model.send_msg({ type: "remove", name: chip.name }),
            ),
          ),
        )
        key.replaceChildren(...data.key.map(rowOf))
      })
      about.textContent = data.about
      told.textContent = ""
      waits = false
      draw()
      ask()
    },
    picture(data) {
      if (data.frame !== number || !state) return
      waits = false
      const pixels = new Uint8Array(data.pixels)
      const into = document.createElement("canvas")
      into.width = data.width
      into.height = data.height
      shown = { canvas: into, pixels, box: data.box }
      paint()
      draw()
      mark("embedding-drawn", { number })
      if (stale) ask()
    },
    mark(data) {
      marked = data.place
      draw()
    },
    hide: () => closeIt(),
    trouble(data) {
      if (panel.hidden) open()
      panel.classList.remove("busy")
      told.textContent = data.text
    },
  })
  model.on("remove", () => {
    stop.abort()
    sized.disconnect()
    clearTimeout(resting)
  })
  setTool("move")
  model.send_msg({ type: "ready" })
}
