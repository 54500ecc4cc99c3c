// What lies over the map: bars, scale, coordinates, overview, keys. It tells the server which ranges are in view, one
// picture at a time: the next is asked for once the last has come.

import { interpolateZoom } from "../../browser/d3.js"
import { bokehModel, element, focusedNode, mark, wheelFactor } from "../../browser/shared.js"
import { bus, listen, makeChoices } from "../common/talking.js"
import { makeGroundLayer } from "./map_ground.js"
import { letGo, makeMoves } from "./map_moves.js"
import { makeNames } from "./map_names.js"
import { filterCount, filterPopover, lookPopover } from "./map_popovers.js"
import { shareFingersWithPage } from "./map_touch.js"

const EARTH = 6378137
const lonOf = (x) => ((x / EARTH) * 180) / Math.PI
const latOf = (y) => (Math.atan(Math.sinh(y / EARTH)) * 180) / Math.PI
const angle = (value, letters) => `${Math.abs(value).toFixed(4)}° ${letters[value < 0 ? 1 : 0]}`
const SIGNS = {
  pan: "M8 1v14M1 8h14M8 1 6 3m2-2 2 2M8 15l-2-2m2 2 2-2M1 8l2-2M1 8l2 2m12-2-2-2m2 2-2 2",
  box: "M2.5 3.5h11v9h-11z",
  lasso:
    "M5 10.5C2.500 9.800 1.500 8 1.500 6.500c0-2.500 3-4 6.500-4s6.500 1.500 6.500 4-3 4-6.500 4c-1 0-2-.1-3-.3m0 0c-1.200.6-1.200 2.300.3 2.300 1.400 0 1.200 1.500.2 2",
  seen: "M1.5 5V1.5H5M11 1.5h3.500V5M14.500 11v3.500H11M5 14.500H1.500V11M5 5h6v6H5z",
  home: "M2 8 8 2.500 14 8M4 7v6.500h8V7",
}
const sign = (path) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("viewBox", "0 0 16 16")
  svg.setAttribute("aria-hidden", "true")
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path")
  line.setAttribute("d", path)
  svg.append(line)
  return svg
}

/** @param {import("../messages").Drawn<"MapTools">} panel */
export function render({ model, el }) {
  const { on } = bus(model),
    stop = new AbortController(),
    { signal } = stop
  let figure = null,
    overview = null,
    wanted = /** @type {[number, number, number, number] | null} */ (null) // ranges that were asked for before there was a figure

  const modes = {
    pan: ["PanTool", "Drag to move", sign(SIGNS.pan)],
    box: ["BoxSelectTool", "Select samples in a box", sign(SIGNS.box)],
    lasso: ["LassoSelectTool", "Select samples with a lasso", sign(SIGNS.lasso)],
  }
  const modeButtons = Object.fromEntries(
    Object.entries(modes).map(([name, [, title, picture]]) => [
      name,
      element(
        "button",
        {
          type: "button",
          title,
          "aria-label": title,
          "aria-pressed": String(name === "pan"),
          onclick: () => setMode(name),
        },
        picture,
      ),
    ]),
  )
  // What a box or a lasso does, without a pointer: move and zoom the map, then take all of it.
  const view = element(
    "button",
    {
      type: "button",
      class: "view",
      title: "Select the samples that are in view",
      "aria-label": "Select the samples that are in view",
      onclick: () => takeView(),
    },
    sign(SIGNS.seen),
  )
  const takeView = () => {
    if (!figure) return
    const { x_range: x, y_range: y } = figure
    model.send_msg({ type: "area", kind: "rect", x0: x.start, x1: x.end, y0: y.start, y1: y.end })
  }
  const filters = filterPopover((values) =>
    choices.send(values ? { type: "filter", values } : { type: "filter", clear: true }),
  )
  const looks = lookPopover((name, value) => choices.send({ type: "look", name, value }))
  const choices = makeChoices(model, (data) => {
    filters.set(data)
    looks.set(data)
  })
  const popovers = [
    [filters.node, element("button", { type: "button", "aria-expanded": "false" }, "Filters")],
    [looks.node, element("button", { type: "button", "aria-expanded": "false" }, "Layers")],
  ]
  // Of the filters the first field, if it is there yet: the button that clears all comes first and is the last for the eye.
  const focusFirst = (node) => {
    const field = node === filters.node && node.querySelector("input, select")
    ;(field || node.querySelector("button, input, select"))?.focus({ preventScroll: true })
  }
  const toggle = (wanted) => {
    for (const [node, button] of popovers) {
      node.hidden = node !== wanted || !node.hidden
      button.setAttribute("aria-expanded", String(!node.hidden))
      if (!node.hidden) focusFirst(node)
    }
    // Each time: opinions come and go while the page is open.
    if (wanted === filters.node && !filters.node.hidden) model.send_msg({ type: "options" })
  }
  for (const [node, button] of popovers) button.addEventListener("click", () => toggle(node))

  const zoomButton = (title, text, act) =>
    element("button", { type: "button", title, "aria-label": title, onclick: act }, text)
  const keys = element("div", {
    class: "keys",
    tabindex: "0",
    role: "application",
    "aria-label":
      "Map. Arrow keys go to the neighbouring sample, with shift they move the map; plus and minus zoom; 0 shows all; Escape clears the area. The tools have a button that selects what is in view.",
  })
  const busy = element("div", {
    class: "busy",
    role: "progressbar",
    "aria-label": "The map is being drawn",
    hidden: true,
  })
  const where = element("output", { class: "where", "aria-label": "Coordinates under the pointer" })
  const scale = element("div", { class: "scale", role: "img" }, element("span"))
  const mini = element(
    "div",
    { class: "mini", role: "img", "aria-label": "Overview: where the map is in Europe", hidden: true },
    element("i"),
  )
  const notice = element("div", { class: "notice", role: "alert", hidden: true })
  const canvas = element("canvas", { class: "names", "aria-hidden": "true" })
  const names = makeNames(canvas)
  const groundCanvas = element("canvas", { class: "ground", "aria-hidden": "true", hidden: true })
  const ground = makeGroundLayer(groundCanvas)
  const tip = element("div", { class: "tip", "aria-hidden": "true", hidden: true }) // the labels list the same for all
  const frame = element(
    "div",
    { class: "frame" },
    groundCanvas,
    canvas,
    keys,
    busy,
    element(
      "div",
      { class: "bar", role: "toolbar", "aria-label": "Map tools" },
      element("span", { class: "segments" }, ...Object.values(modeButtons)),
      view,
      ...popovers.map(([, button]) => button),
    ),
    element(
      "div",
      { class: "zoom" },
      zoomButton("Zoom in", "+", () => moves.glide(0.5, 0.5, 0.5)),
      zoomButton("Zoom out", "−", () => moves.glide(2, 0.5, 0.5)),
      zoomButton("Show all", sign(SIGNS.home), () => home()),
    ),
    filters.node,
    looks.node,
    notice,
    tip,
    where,
    element("div", { class: "corner" }, mini, scale),
  )
  el.append(frame)

  // -- ranges -------------------------------------------------------------------------------------------------
  let sent = 0,
    waiting = 0,
    dirty = false,
    slow = 0,
    settle = 0,
    last = ""
  const inView = () => {
    const { x_range: x, y_range: y, inner_width: width, inner_height: height } = figure
    return { x0: x.start, x1: x.end, y0: y.start, y1: y.end, width, height }
  }
  const tell = () => {
    if (!figure?.inner_width || !figure.inner_height) return
    const view = { ...inView(), moving: moves.flying }
    if (JSON.stringify(view) === last) return
    if (waiting) {
      dirty = true
      return
    }
    last = JSON.stringify(view)
    waiting = ++sent
    model.send_msg({ type: "view", number: sent, ...view })
    clearTimeout(slow)
    slow = setTimeout(() => {
      busy.hidden = false
      if (waiting) {
        waiting = 0
        tell()
      }
    }, 600)
  }
  // What lies over the map, for the names to keep clear of.
  const boxesOver = () => {
    const edge = frame.getBoundingClientRect()
    return [...frame.querySelectorAll(".bar, .zoom, .mini, .scale")]
      .map((node) => node.getBoundingClientRect())
      .filter((box) => box.width)
      .map((box) => ({
        left: box.left - edge.left - 4,
        top: box.top - edge.top - (box.height < 12 ? 18 : 4), // the scale bar's words stand above it
        right: box.right - edge.left + 4,
        bottom: box.bottom - edge.top + 4,
      }))
  }
  const drawOver = () => {
    ground.draw(inView())
    names.draw(inView(), boxesOver())
  }
  let frameAsked = false
  const changed = () => {
    if (frameAsked) return
    frameAsked = true
    requestAnimationFrame(() => {
      frameAsked = false
      tell()
      furnish()
      tip.hidden = true
      drawOver()
    })
  }
  const moved = () => {
    clearTimeout(settle)
    settle = setTimeout(() => {
      const { x_range: x, y_range: y } = figure
      model.send_msg({
        type: "place",
        lon: lonOf((x.start + x.end) / 2),
        lat: latOf((y.start + y.end) / 2),
        resolution: (x.end - x.start) / figure.inner_width,
      })
    }, 350)
  }
  const look = (x0, x1, y0, y1) => {
    figure.x_range.setv({ start: x0, end: x1 })
    figure.y_range.setv({ start: y0, end: y1 })
    moved()
  }
  const moves = makeMoves({
    get: inView,
    show: (...ranges) => look(...ranges),
    zoom: (...step) => zoom(...step),
    path: interpolateZoom,
  })
  // While somebody drags: where the pointer was, and when; then when it let go.
  let dragged = null,
    released = 0
  const zoom = (factor, fx = 0.5, fy = 0.5) => {
    const { x_range: x, y_range: y } = figure,
      w = x.end - x.start,
      h = y.end - y.start
    const to = Math.min(Math.max(w * factor, Math.min(w, 1000)), Math.max(w, 2.5e7)),
      f = to / w
    const cx = x.start + fx * w,
      cy = y.start + fy * h
    look(cx - fx * w * f, cx + (1 - fx) * w * f, cy - fy * h * f, cy + (1 - fy) * h * f)
  }
  const shift = (east, north) => {
    const { x_range: x, y_range: y } = figure,
      w = ((x.end - x.start) / 4) * east,
      h = ((y.end - y.start) / 4) * north
    moves.stop()
    look(x.start + w, x.end + w, y.start + h, y.end + h)
  }
  // What the pointer is on, above or below it: Bokeh's words about a sample stand beside it.
  const pointAt = (x, y) => {
    const { x0, x1, y1, width } = inView(),
      resolution = (x1 - x0) / width
    tip.textContent = ground.textAt(x, y, resolution)
    tip.hidden = !tip.textContent
    if (tip.hidden) return
    const left = (x - x0) / resolution,
      half = tip.offsetWidth / 2
    tip.style.left = `${Math.min(Math.max(left, half), Math.max(width - half, half))}px`
    const top = (y1 - y) / resolution,
      apart = resolution < 300 ? 40 : 14 // where samples have outlines, those words are beside the pointer
    tip.style.top = `${top < tip.offsetHeight + apart ? top + apart : top - apart - tip.offsetHeight}px`
  }
  const home = () => {
    const { x_range: x, y_range: y, inner_width: width, inner_height: height } = figure
    const [x0, x1, y0, y1] = [x.reset_start, x.reset_end, y.reset_start, y.reset_end]
    const pixel = Math.max((x1 - x0) / width, (y1 - y0) / height),
      cx = (x0 + x1) / 2,
      cy = (y0 + y1) / 2
    moves.fly(cx - (pixel * width) / 2, cx + (pixel * width) / 2, cy - (pixel * height) / 2, cy + (pixel * height) / 2)
  }
  const setMode = (name) => {
    for (const [other, button] of Object.entries(modeButtons))
      button.setAttribute("aria-pressed", String(other === name))
    const tool = figure.toolbar.tools.find((one) => one.type === modes[name][0])
    if (tool) tool.active = true
  }

  // -- scale bar, overview ------------------------------------------------------------------------------------
  const furnish = () => {
    const { x_range: x, y_range: y } = figure
    const pixel = (x.end - x.start) / figure.inner_width / Math.cosh((y.start + y.end) / 2 / EARTH)
    const most = pixel * Math.min(120, figure.inner_width / 4),
      unit = 10 ** Math.floor(Math.log10(most))
    const length = [5, 2, 1].map((n) => n * unit).find((n) => n <= most)
    scale.style.width = `${length / pixel}px`
    const text = length >= 1000 ? `${length / 1000} km` : `${length} m`
    scale.firstChild.textContent = text
    scale.setAttribute("aria-label", `Scale bar: ${text}`)
    // The graticule's labels lie left of and below the map itself.
    frame.style.left = `${Math.max(figure.outer_width - figure.inner_width, 0)}px`
    frame.style.bottom = `${Math.max(figure.outer_height - figure.inner_height, 0)}px`
    if (!overview) return
    const [bx0, bx1, by0, by1] = overview.box,
      size = overview.size
    const share = (x.end - x.start) / (bx1 - bx0)
    mini.hidden = share > 0.6
    if (mini.hidden) return
    const clamp = (v) => Math.min(Math.max(v, 0), 1)
    const left = clamp((x.start - bx0) / (bx1 - bx0)),
      right = clamp((x.end - bx0) / (bx1 - bx0))
    const top = clamp((by1 - y.end) / (by1 - by0)),
      bottom = clamp((by1 - y.start) / (by1 - by0))
    const wide = Math.max((right - left) * size, 5),
      high = Math.max((bottom - top) * size, 5)
    Object.assign(mini.firstChild.style, {
      left: `${((left + right) / 2) * size - wide / 2}px`,
      top: `${((top + bottom) / 2) * size - high / 2}px`,
      width: `${wide}px`,
      height: `${high}px`,
    })
  }

  // -- the figure ---------------------------------------------------------------------------------------------
  const begin = () => {
    if (signal.aborted) return
    figure = bokehModel(`map-${model.bus}`)
    if (!figure?.inner_width) return void setTimeout(begin, 30)
    for (const range of [figure.x_range, figure.y_range]) range.change.connect(changed)
    figure.properties.inner_width.change.connect(changed)
    figure.properties.inner_height.change.connect(changed)
    const drawn = window.Bokeh.index.find_one(figure)
    drawn?.canvas_view.events_el.setAttribute("tabindex", "-1") // the keys are those of `keys`
    if (drawn) shareFingersWithPage(drawn.canvas_view.events_el, signal)
    // Before Bokeh's own, which takes a sideways swipe for a zoom, goes further in than out, and bends the map on its axes.
    drawn?.canvas_view.events_el.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault()
        event.stopImmediatePropagation()
        const box = drawn.canvas_view.events_el.getBoundingClientRect(),
          { left, top, width, height } = drawn.frame.bbox
        const share = (at, size) => Math.min(Math.max(at / size, 0), 1),
          factor = wheelFactor(event)
        if (factor === 1) return
        if (popovers.some(([node]) => !node.hidden)) toggle(null)
        const fx = share(event.clientX - box.left - left, width),
          fy = 1 - share(event.clientY - box.top - top, height)
        // A wheel's step is spread over some frames; fingers on a pad make their own.
        if (Math.abs(Math.log(factor)) > 0.1 && !event.ctrlKey) moves.glide(1 / factor, fx, fy)
        else {
          moves.stop()
          zoom(1 / factor, fx, fy)
        }
      },
      { passive: false, capture: true, signal },
    )
    // Whoever takes hold of the map stops it.
    const hear = (kind, listener) =>
      drawn?.canvas_view.events_el.addEventListener(kind, listener, { capture: true, signal })
    hear("pointerdown", () => {
      moves.stop()
      changed() // the server waits for where a flight ends
    })
    hear("pointermove", ({ timeStamp: t, clientX: x, clientY: y }) => dragged?.push({ t, x, y }))
    hear("pointerup", ({ timeStamp }) => {
      released = timeStamp
    })
    changed()
    if (wanted) moves.fly(...wanted)
    wanted = null
  }
  // `map-tap` and its like come from the figure: `_EVENTS` in map_figure.py sends `explorer:BUS:map-tap`.
  on(
    "map-tap",
    ({ x, y }) => {
      toggle(null)
      keys.focus({ preventScroll: true })
      model.send_msg({ type: "tap", x, y })
    },
    signal,
  )
  on(
    "map-moved",
    () => {
      moved()
      if (popovers.some(([node]) => !node.hidden)) toggle(null)
    },
    signal,
  )
  on(
    "map-drag",
    () => {
      if (modeButtons.pan.getAttribute("aria-pressed") === "true") dragged = []
    },
    signal,
  )
  on(
    "map-let-go",
    () => {
      if (dragged) moves.coast(letGo(dragged, released))
      dragged = null
    },
    signal,
  )
  // Two fingers: what was between them stays between them, as far apart as they are.
  let pinched = null
  on(
    "map-pinch",
    ({ sx, sy, scale, first }) => {
      const box = inView(),
        { left, top } = window.Bokeh.index.find_one(figure).frame.bbox
      if (first || !pinched) {
        dragged = null
        moves.stop()
        const wide = box.x1 - box.x0,
          pixel = wide / box.width
        pinched = { x: box.x0 + (sx - left) * pixel, y: box.y1 - (sy - top) * pixel, wide }
      }
      const wide = Math.min(Math.max(pinched.wide / scale, 1000), 2.5e7),
        pixel = wide / box.width
      const x0 = pinched.x - (sx - left) * pixel,
        y1 = pinched.y + (sy - top) * pixel
      look(x0, x0 + wide, y1 - pixel * box.height, y1)
    },
    signal,
  )
  on(
    "map-pinched",
    () => {
      pinched = null
    },
    signal,
  )
  on(
    "map-point",
    ({ x, y }) => {
      where.textContent = `${angle(latOf(y), "NS")}, ${angle(lonOf(x), "EW")}`
      pointAt(x, y)
    },
    signal,
  )
  on(
    "map-leave",
    () => {
      where.textContent = ""
      tip.hidden = true
    },
    signal,
  )
  on(
    "map-box",
    (detail) => {
      detail.box = frame.getBoundingClientRect()
    },
    signal,
  )
  on(
    "map-area",
    (geometry) => {
      // A line has a point for each movement of the pointer.
      const every = Math.ceil(geometry.x?.length / 5000),
        thin = (values) => Array.from(values).filter((_, i) => i % every === 0)
      const plain =
        geometry.type === "rect"
          ? { kind: "rect", x0: geometry.x0, x1: geometry.x1, y0: geometry.y0, y1: geometry.y1 }
          : { kind: "poly", x: thin(geometry.x), y: thin(geometry.y) }
      model.send_msg({ type: "area", ...plain })
      setMode("pan")
    },
    signal,
  )

  const arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }
  keys.addEventListener("keydown", (event) => {
    if (!figure || event.ctrlKey || event.metaKey || event.altKey) return
    const arrow = arrows[event.key]
    if (arrow && event.shiftKey) shift(...arrow)
    else if (arrow) model.send_msg({ type: "step", east: arrow[0], north: arrow[1] })
    else if (event.key === "+" || event.key === "=") moves.glide(0.5, 0.5, 0.5)
    else if (event.key === "-") moves.glide(2, 0.5, 0.5)
    else if (event.key === "0") home()
    else if (event.key === "Escape") model.send_msg({ type: "clear_area" })
    else return
    event.preventDefault()
  })
  frame.addEventListener(
    "keydown",
    (event) => {
      const open = popovers.find(([node]) => !node.hidden)
      if (event.key === "Escape" && open) {
        toggle(null)
        open[1].focus()
        event.stopPropagation()
      }
    },
    true,
  )

  let told = 0
  listen(model, {
    drawn(data) {
      clearTimeout(slow)
      busy.hidden = true
      if (data.number && data.number < waiting) return
      waiting = 0
      mark("map-view")
      if (dirty) {
        dirty = false
        tell()
      }
    },
    busy() {
      clearTimeout(slow)
      slow = setTimeout(() => {
        busy.hidden = false
      }, 250)
    },
    state(data) {
      choices.told(data)
      frame.dataset.theme = data.look.theme
      names.dress(data.names)
      if (figure) drawOver()
      const count = filterCount(data.filters)
      popovers[0][1].textContent = count ? `Filters · ${count}` : "Filters"
    },
    acknowledged: choices.acknowledged,
    options(data) {
      const waited = filters.node.contains(focusedNode()) && !filters.node.querySelector("input, select")
      filters.options(data)
      if (waited) focusFirst(filters.node)
    },
    overview(data) {
      overview = data
      Object.assign(mini.style, {
        backgroundImage: `url(${data.src})`,
        width: `${data.size}px`,
        height: `${data.size}px`,
      })
      if (figure) furnish()
    },
    fly({ x0, x1, y0, y1 }) {
      if (figure?.inner_width) moves.fly(x0, x1, y0, y1)
      else wanted = [x0, x1, y0, y1]
    },
    ground(data) {
      ground.set(data.marks)
      looks.setGround(data)
      if (figure?.inner_width) ground.draw(inView())
      mark("map-ground")
    },
    names(data) {
      names.add(data.names)
      if (figure?.inner_width) names.draw(inView(), boxesOver())
    },
    notice(data) {
      notice.textContent = data.text
      notice.hidden = !data.text
      clearTimeout(told)
      told = setTimeout(() => {
        notice.hidden = true
      }, 6000)
    },
  })
  model.on("remove", () => stop.abort())
  model.send_msg({ type: "ready" })
  begin()
}
