// The image of the date, or of two that are compared: zoom, pins, what lies on it, and what is under the pointer.

/** @import { Calendar, Model } from "./page_model.js" */
/** @import { Selection } from "./page_selection.js" */

import { drawGround } from "../browser/ground_marks.js"
import { drawArms, drawWords, fitCanvas, gapText, longDate, pinText, wheelFactor } from "../browser/shared.js"
import { differenceOf, OF_VALUES } from "./page_difference.js"
import { button, bytesOf64, element } from "./page_dom.js"
import { paint } from "./page_paint.js"
import { PF_SIZE, REFLECTANCE } from "./page_pixels.js"
import { colouredRgba, valuesOf } from "./page_values.js"

const METRES = 3 // a pixel
const STEP = 1.25 // of the zoom
const DRAGGED = 4 // CSS pixels from which on a press is a drag
const BETWEEN = 4 // CSS pixels between two images
const numberText = (/** @type {number} */ value) => String(Number(value.toPrecision(3))).replace("-", "−")
const GAP_COLOUR = [255, 64, 129, 150] // RGBA, as the explorer marks a layer of two values
const BARS = [200, 100, 50, 20, 10, 5] // metres that the scale bar can have

/**
 * @param {Selection} selection
 * @param {Model} model
 * @param {Calendar} calendar
 */
export const makeStage = (selection, model, { dates }) => {
  const { state } = selection
  let side = PF_SIZE,
    width = PF_SIZE

  /** @param {string} label */
  const makePane = (label) => {
    const image = element("canvas", {
        class: "image",
        width: PF_SIZE,
        height: PF_SIZE,
        role: "img",
        "aria-label": label,
      }),
      crosses = element("canvas"),
      date = element("div", { class: "date" }),
      absent = element("div", { class: "absent" })
    return { image, crosses, date, absent, node: element("div", { class: "pane" }, image, crosses, date, absent) }
  }
  const panes = [makePane("Planet Fusion image"), makePane("Image of the compared date")]
  const readout = element("div", { class: "readout" }),
    legend = element("div", { class: "legend" }),
    scale = element("div", { class: "scale" }, element("span"))
  const handle = element("div", {
    class: "swipe",
    role: "slider",
    tabindex: 0,
    "aria-label": "Swipe between the two dates",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
  })
  const zooms = element(
    "div",
    { class: "zooms", role: "group", "aria-label": "Zoom" },
    button("Zoom in", "+", () => zoomAt(STEP ** 2)),
    button("Zoom out", "−", () => zoomAt(STEP ** -2)),
    button("Whole image", "⤢", () => selection.setLook({ scale: 1, row: 0, col: 0 })),
  )
  const node = element(
    "div",
    {
      class: "stage",
      tabindex: 0,
      "aria-label": "Planet Fusion image; click to choose a pixel, plus and minus zoom, 0 shows all of it",
    },
    ...panes.map((pane) => pane.node),
    handle,
    element("div", { class: "north", "aria-hidden": "true" }, "▲", element("br"), "N"),
    scale,
    legend,
    readout,
    zooms,
  )

  const compares = () => state.look.mode === "swipe" || state.look.mode === "side"
  /** CSS pixels of one pixel of the image. */
  const unit = () => (side / PF_SIZE) * state.look.scale

  // --- what is drawn -----------------------------------------------------------------------------------------------
  /** What of a date is painted or compared: bands as DN, or the one value of an index. @param {number} index */
  const planesOf = (index) => {
    const { bands, values } = model.pictures[state.picture]
    const frame = state.cubes.planet.frame(index, bands)
    return values ? [valuesOf(values.program, bands, frame, REFLECTANCE)] : frame
  }
  /** @type {Map<number, ImageData>} Painted images of this sample and picture, by the date's index. */
  const painted = new Map()
  /** @param {number} index */
  const imageOf = (index) => {
    const known = painted.get(index)
    if (known || !state.cubes?.planet.has(index)) return known
    const { gamma, middle, values } = model.pictures[state.picture],
      spans = state.sample.spans[state.picture]
    const planes = planesOf(index)
    const made = values
      ? new ImageData(colouredRgba(planes[0], spans[0], values.colours), PF_SIZE)
      : paint(planes, spans, gamma, middle)
    painted.set(index, made)
    return made
  }
  /** @type {{ key: string, image: ImageData, high: number } | null} */
  let change = null
  const changeOf = () => {
    const { planet } = state.cubes ?? {},
      { other } = state.look
    if (!planet?.has(other) || !planet.has(state.index)) return null
    const key = [state.sample.id, state.picture, other, state.index].join()
    if (change?.key !== key) {
      const unit = model.pictures[state.picture].values ? OF_VALUES : undefined
      const of = differenceOf(planesOf(other), planesOf(state.index), model.colours.difference, unit)
      change = { key, ...of }
    }
    return change
  }
  /** @param {number} index */
  const gapsOf = (index) => {
    const { planet } = state.cubes
    const image = new ImageData(PF_SIZE, PF_SIZE)
    for (let p = 0; p < PF_SIZE ** 2; p++)
      if (planet.gapFilled(index, Math.floor(p / PF_SIZE), p % PF_SIZE)) image.data.set(GAP_COLOUR, 4 * p)
    return image
  }
  /** @type {Map<string, ImageBitmap | null>} Maps of land cover, null while they are unpacked. */
  const covers = new Map()
  const coverOf = () => {
    const cover = state.sample.covers?.[state.look.overlay]
    if (!cover) return null
    const name = `${state.sample.id} ${state.look.overlay}`
    if (!covers.has(name)) {
      covers.set(name, null)
      createImageBitmap(new Blob([bytesOf64(cover.png)], { type: "image/png" })).then((bitmap) => {
        covers.set(name, bitmap)
        draw()
      })
    }
    return covers.get(name)
  }
  const marksOf = () => (state.look.ground ? (state.sample.ground?.marks ?? []) : [])
  const over = element("canvas", { width: PF_SIZE, height: PF_SIZE })
  const showsGaps = () => Boolean(state.look.layer) && state.look.layer === state.sample.gapLayer
  /** @param {number} index */
  const lackText = (index) => {
    if (!state.cubes) return "Unpacking …"
    return `Missing: ${state.sample.missing[dates[index]] ?? "not in the corpus"}`
  }
  /**
   * @param {ReturnType<typeof makePane>} pane
   * @param {number} index
   * @param {ImageData | undefined} shown
   * @param {string} [name] Instead of the date.
   */
  const drawPane = ({ image, date, absent }, index, shown, name = longDate(dates[index])) => {
    const context = image.getContext("2d")
    context.clearRect(0, 0, PF_SIZE, PF_SIZE)
    if (shown) context.putImageData(shown, 0, 0)
    if (shown && showsGaps()) {
      over.getContext("2d").putImageData(gapsOf(index), 0, 0)
      context.drawImage(over, 0, 0)
    }
    const cover = shown && coverOf()
    if (cover) context.drawImage(cover, 0, 0, PF_SIZE, PF_SIZE)
    const filled = state.cubes ? gapText(state.cubes.planet.gapShare(index)) : ""
    date.replaceChildren(name, ...(filled ? [element("small", {}, filled)] : []))
    absent.textContent = shown ? "" : lackText(index)
  }
  const showLegend = () => {
    const { layer, mode } = state.look,
      { values } = model.pictures[state.picture]
    const bar = element("i")
    if (mode === "difference" && change) {
      const high = change.high.toFixed(3)
      bar.style.background = `linear-gradient(to right, ${model.colours.difference.join(", ")})`
      legend.replaceChildren(`−${high}`, bar, `+${high} ${values ? values.name : "mean reflectance"}`)
    } else if (showsGaps()) {
      bar.style.background = `rgb(${GAP_COLOUR.slice(0, 3)})`
      bar.className = "small"
      legend.replaceChildren(bar, layer)
    } else if (values && !layer) {
      const [low, high] = state.sample.spans[state.picture][0].map(numberText)
      bar.style.background = `linear-gradient(to right, ${values.colours.join(", ")})`
      legend.replaceChildren(low, bar, `${high} ${values.name}`)
    } else legend.replaceChildren(layer ? `The layer ${layer} is not in this page` : "")
  }
  const draw = () => {
    const { mode, other } = state.look
    if (mode === "difference") {
      const lacks = state.cubes?.planet.has(state.index) ? other : state.index
      const found = changeOf()
      drawPane(
        panes[0],
        found ? state.index : lacks,
        found?.image,
        `${longDate(dates[state.index])} minus ${longDate(dates[other])}`,
      )
    } else drawPane(panes[0], state.index, imageOf(state.index))
    if (compares()) drawPane(panes[1], other, imageOf(other))
    showLegend()
  }
  const drawPins = () => {
    const { row: top, col: left, scale: zoom } = state.look
    for (const { crosses, node: pane } of panes) {
      if (pane.hidden) continue
      const context = fitCanvas(crosses),
        half = Math.max(unit() / 2, 2)
      drawGround(context, marksOf(), ([y, x]) => [(x - left) * unit(), (y - top) * unit()])
      state.pins.forEach((pin, i) => {
        const x = (pin.col + 0.5 - left) * unit(),
          y = (pin.row + 0.5 - top) * unit()
        if (zoom > 1 && (x < 0 || y < 0 || x > width || y > side)) return
        drawArms(context, x, y, model.colours.pins[i], { from: half, to: half + 7 })
        drawWords(context, pinText(pin, i, state.pins.length), x + 8, y - 7)
      })
    }
  }
  const layOut = () => {
    const { mode, row, col, split, scale: zoom } = state.look
    const across = mode === "side" ? (width - BETWEEN) / 2 : width
    panes.forEach(({ node: pane, image }, i) => {
      pane.hidden = i > 0 && !compares()
      const left = i && mode === "side" ? across + BETWEEN : 0
      Object.assign(pane.style, { width: `${across}px`, height: `${side}px`, left: `${left}px` })
      pane.style.clipPath = i && mode === "swipe" ? `inset(0 0 0 ${100 * split}%)` : ""
      const full = `${side * zoom}px`
      Object.assign(image.style, { width: full, height: full, left: `${-col * unit()}px`, top: `${-row * unit()}px` })
    })
    node.classList.toggle("compared", mode === "swipe")
    node.classList.toggle("zoomed", zoom > 1)
    handle.hidden = mode !== "swipe"
    handle.style.left = `${100 * split}%`
    handle.setAttribute("aria-valuenow", String(Math.round(100 * split)))
    zooms.lastElementChild.toggleAttribute("hidden", zoom === 1)
    const metres = BARS.find((one) => (one / METRES) * unit() <= side / 3.5) ?? 5
    scale.style.width = `${(metres / METRES) * unit()}px`
    scale.firstElementChild.textContent = `${metres} m`
    drawPins()
  }
  /**
   * @param {number} across CSS pixels that there are
   * @param {number} down
   */
  const resize = (across, down) => {
    const beside = state.look.mode === "side"
    side = Math.max(40, Math.floor(beside ? Math.min((across - BETWEEN) / 2, down) : Math.min(across, down)))
    width = beside ? 2 * side + BETWEEN : side
    Object.assign(node.style, { width: `${width}px`, height: `${side}px` })
    layOut()
  }

  // --- pointer and keys -----------------------------------------------------------------------------------------------
  /** Where a pointer is in its image, CSS pixels; half a pixel more is where it points. @param {MouseEvent} event */
  const placeOf = (event) => {
    const box = node.getBoundingClientRect(),
      x = event.clientX + 0.5 - box.left,
      second = (width + BETWEEN) / 2
    return { x: state.look.mode === "side" && x >= second ? x - second : x, y: event.clientY + 0.5 - box.top }
  }
  /** @param {MouseEvent} event */
  const under = (event) => {
    const { x, y } = placeOf(event),
      { row, col } = state.look
    const at = (/** @type {number} */ v) => Math.min(PF_SIZE - 1, Math.max(0, Math.floor(v)))
    return { row: at(row + y / unit()), col: at(col + x / unit()) }
  }
  /** Which date a pointer is on. @param {MouseEvent} event */
  const dateUnder = (event) => {
    const x = event.clientX - node.getBoundingClientRect().left
    const border = state.look.mode === "side" ? width / 2 : state.look.split * width
    return compares() && x > border ? state.look.other : state.index
  }
  /** The corner moves so that the image fills its place. @param {{ scale: number, row: number, col: number }} look */
  const lookAt = ({ scale: zoom, row, col }) => {
    const most = PF_SIZE - PF_SIZE / zoom
    const within = (/** @type {number} */ v) => Math.min(most, Math.max(0, v))
    selection.setLook({ scale: zoom, row: within(row), col: within(col) })
  }
  /**
   * @param {number} factor
   * @param {{ x: number, y: number }} [at] What stays where it is, CSS pixels; else the middle.
   */
  const zoomAt = (factor, at = { x: side / 2, y: side / 2 }) => {
    const { row, col, scale: zoom } = state.look
    const next = Math.min(16, Math.max(1, zoom * factor < 1.02 ? 1 : zoom * factor))
    const [before, after] = [unit(), (side / PF_SIZE) * next]
    lookAt({ scale: next, row: row + at.y / before - at.y / after, col: col + at.x / before - at.x / after })
  }
  node.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault()
      const factor = wheelFactor(event)
      if (factor !== 1) zoomAt(factor, placeOf(event))
    },
    { passive: false },
  )
  /** @type {{ x: number, y: number, row: number, col: number } | null} */
  let pressed = null
  let moved = false
  node.addEventListener("pointerdown", (event) => {
    moved = false
    if (event.button || state.look.scale === 1 || /** @type {Element} */ (event.target).closest("button, .swipe"))
      return
    pressed = { x: event.clientX, y: event.clientY, row: state.look.row, col: state.look.col }
    node.setPointerCapture(event.pointerId)
  })
  for (const kind of ["pointerup", "pointercancel"])
    node.addEventListener(kind, () => {
      pressed = null
    })
  node.addEventListener("click", (event) => {
    if (!moved && !(/** @type {Element} */ (event.target).closest("button, .swipe")))
      selection.pick(under(event), event.shiftKey)
  })
  node.addEventListener("pointermove", (event) => {
    if (pressed) {
      const dx = event.clientX - pressed.x,
        dy = event.clientY - pressed.y
      moved ||= Math.hypot(dx, dy) >= DRAGGED
      if (moved) lookAt({ scale: state.look.scale, row: pressed.row - dy / unit(), col: pressed.col - dx / unit() })
      return
    }
    if (!state.cubes) return
    const pixel = under(event),
      east = Math.round(state.sample.left + METRES * (pixel.col + 0.5)),
      north = Math.round(state.sample.top - METRES * (pixel.row + 0.5))
    readout.textContent = `row ${pixel.row}, col ${pixel.col} · ${east} E ${north} N m${valuesText(pixel, dateUnder(event))}`
  })
  /**
   * @param {{ row: number, col: number }} pixel
   * @param {number} index
   */
  const valuesText = ({ row, col }, index) => {
    if (!state.cubes.planet.has(index)) return ""
    const values = state.cubes.planet.pixel(row, col, dates.length)
    const each = model.planet.bands.map(({ name }) => {
      const value = values[name][index]
      return `${name === "nir" ? "NIR" : name[0].toUpperCase()} ${Number.isNaN(value) ? "–" : (value / 1e4).toFixed(3)}`
    })
    const { bands, values: computed } = model.pictures[state.picture]
    if (computed) {
      const frame = bands.map((name) => Float32Array.of(values[name][index]))
      const [value] = valuesOf(computed.program, bands, frame, REFLECTANCE)
      each.unshift(`${computed.name} ${Number.isNaN(value) ? "–" : numberText(value)}`)
    }
    return ` · ${each.join("  ")}`
  }
  node.addEventListener("pointerleave", () => {
    readout.textContent = ""
  })
  node.addEventListener("keydown", (event) => {
    const act = {
      "+": () => zoomAt(STEP),
      "=": () => zoomAt(STEP),
      "-": () => zoomAt(1 / STEP),
      0: () => selection.setLook({ scale: 1, row: 0, col: 0 }),
    }[event.key]
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return
    act()
    event.preventDefault()
  })
  /** @param {number} split */
  const swipeTo = (split) => selection.setLook({ split: Math.min(1, Math.max(0, split)) })
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId))
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return
    const box = node.getBoundingClientRect()
    swipeTo((event.clientX - box.left) / box.width)
  })
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key]
    if (!by || event.shiftKey) return
    swipeTo(state.look.split + by)
    event.preventDefault()
    event.stopPropagation() // else it is the dates'
  })

  selection.on(["cubes", "picture"], () => painted.clear())
  selection.on(["cubes", "date", "picture"], draw)
  selection.on(["cubes", "pins"], drawPins)
  // A zoom or a swipe moves what is drawn already.
  let drawn = ""
  selection.on(["look"], () => {
    const { mode, other, layer, overlay } = state.look
    const now = [mode, other, layer, overlay, state.look.ground].join()
    if (now !== drawn && state.cubes) draw()
    drawn = now
    layOut()
  })
  return { node, image: panes[0].image, resize }
}
