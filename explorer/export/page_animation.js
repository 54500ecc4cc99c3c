// Planet Fusion: the image of the date with its pins, what is under the pointer, the timeline, and the buttons that play it.

/** @import { Calendar, Model } from "./page_model.js" */
/** @import { Selection } from "./page_selection.js" */

import { drawArms, drawWords, fitCanvas, gapText, longDate, pinText } from "../browser/shared.js"
import { button, byId, element, icon } from "./page_dom.js"
import { imageSheet, saveCanvas } from "./page_files.js"
import { paint } from "./page_paint.js"
import { PF_SIZE, pixelAt } from "./page_pixels.js"
import { makeTimeline } from "./page_timeline.js"

const METRES = 3 // a pixel
const SPEEDS = [2, 5, 10, 15, 30] // dates a second

/**
 * The image itself and all that lies on it.
 * @param {Selection} selection
 * @param {Model} model
 * @param {Calendar} calendar
 */
const makeStage = (selection, model, { dates }) => {
  const { state } = selection
  const image = element("canvas", {
    class: "image",
    width: PF_SIZE,
    height: PF_SIZE,
    role: "img",
    "aria-label": "Planet Fusion image",
  })
  const crosses = element("canvas"),
    date = element("div", { class: "date" }),
    readout = element("div", { class: "readout" }),
    absent = element("div", { class: "absent" }),
    scale = element("div", { class: "scale" }, element("span", {}, "100 m"))
  const node = element(
    "div",
    { class: "stage", tabindex: 0, "aria-label": "Planet Fusion image; click to choose a pixel" },
    image,
    crosses,
    date,
    element("div", { class: "north", "aria-hidden": "true" }, "▲", element("br"), "N"),
    scale,
    readout,
    absent,
  )

  /** @type {Map<number, ImageData>} Painted images of this sample and picture, by the date's index. */
  const painted = new Map()
  /** @param {number} index */
  const imageOf = (index) => {
    const known = painted.get(index)
    if (known || !state.cubes?.planet.has(index)) return known
    const { bands, gamma, middle } = model.pictures[state.picture]
    const made = paint(state.cubes.planet.frame(index, bands), state.sample.spans[state.picture], gamma, middle)
    painted.set(index, made)
    return made
  }
  const lackText = () => {
    if (!state.cubes) return "Unpacking …"
    return `Missing: ${state.sample.missing[dates[state.index]] ?? "not in the corpus"}`
  }
  const draw = () => {
    const context = image.getContext("2d"),
      shown = imageOf(state.index)
    context.clearRect(0, 0, PF_SIZE, PF_SIZE)
    if (shown) context.putImageData(shown, 0, 0)
    const filled = state.cubes ? gapText(state.cubes.planet.gapShare(state.index)) : ""
    date.replaceChildren(longDate(dates[state.index]), ...(filled ? [element("small", {}, filled)] : []))
    absent.textContent = shown ? "" : lackText()
  }
  const drawPins = () => {
    const context = fitCanvas(crosses),
      unit = node.clientWidth / PF_SIZE,
      half = Math.max(unit / 2, 2)
    state.pins.forEach((pin, i) => {
      const x = (pin.col + 0.5) * unit,
        y = (pin.row + 0.5) * unit
      drawArms(context, x, y, model.colours.pins[i], { from: half, to: half + 7 })
      drawWords(context, pinText(pin, i, state.pins.length), x + 8, y - 7)
    })
  }
  /** @param {number} side Of the square, CSS pixels */
  const resize = (side) => {
    Object.assign(node.style, { width: `${side}px`, height: `${side}px` })
    scale.style.width = `${(side / (PF_SIZE * METRES)) * 100}px`
    drawPins()
  }

  /** @param {MouseEvent} event */
  const under = (event) => pixelAt(event, node.getBoundingClientRect(), PF_SIZE)
  /** @param {{ row: number, col: number }} pixel */
  const valuesText = ({ row, col }) => {
    if (!state.cubes.planet.has(state.index)) return ""
    const values = state.cubes.planet.pixel(row, col, dates.length)
    const each = model.planet.bands.map(({ name }) => {
      const value = values[name][state.index]
      return `${name === "nir" ? "NIR" : name[0].toUpperCase()} ${Number.isNaN(value) ? "–" : (value / 1e4).toFixed(3)}`
    })
    return ` · ${each.join("  ")}`
  }
  node.addEventListener("click", (event) => selection.pick(under(event), event.shiftKey))
  node.addEventListener("pointermove", (event) => {
    if (!state.cubes) return
    const pixel = under(event),
      east = Math.round(state.sample.left + METRES * (pixel.col + 0.5)),
      north = Math.round(state.sample.top - METRES * (pixel.row + 0.5))
    readout.textContent = `row ${pixel.row}, col ${pixel.col} · ${east} E ${north} N m${valuesText(pixel)}`
  })
  node.addEventListener("pointerleave", () => {
    readout.textContent = ""
  })

  selection.on(["cubes", "picture"], () => painted.clear())
  selection.on(["cubes", "date", "picture"], draw)
  selection.on(["cubes", "pins"], drawPins)
  return { node, image, resize }
}

/**
 * @param {Selection} selection
 * @returns {HTMLButtonElement}
 */
const makePlayButton = (selection) => {
  const { state } = selection
  const node = button("Play", icon("play"), () => selection.setPlaying(!state.playing), { class: "play" })
  selection.on(["playing"], () => {
    const name = state.playing ? "Pause" : "Play"
    node.replaceChildren(icon(state.playing ? "pause" : "play"))
    node.setAttribute("aria-label", name)
    node.title = name
  })
  return node
}

/**
 * @param {Selection} selection
 * @returns {HTMLButtonElement}
 */
const makeLoopButton = (selection) => {
  const { state } = selection
  const node = button("Loop", icon("loop"), () => selection.setLoop(!state.loop), { "aria-pressed": "true" })
  selection.on(["loop"], () => node.setAttribute("aria-pressed", String(state.loop)))
  return node
}

/**
 * Which picture the image is.
 * @param {Selection} selection
 * @param {Model} model
 */
const makePictures = (selection, model) => {
  const entries = Object.entries(model.pictures).map(([name, { title }]) => ({
    name,
    node: button(title, title, () => selection.setPicture(name)),
  }))
  selection.on(["cubes", "picture"], () => {
    for (const { name, node } of entries) node.setAttribute("aria-pressed", String(name === selection.state.picture))
  })
  return element("div", { class: "row", role: "group", "aria-label": "Picture" }, ...entries.map(({ node }) => node))
}

/**
 * @param {Selection} selection
 * @param {Model} model
 * @param {Calendar} calendar
 */
export const showAnimation = (selection, model, calendar) => {
  const { state } = selection
  const stage = makeStage(selection, model, calendar)
  const timeline = makeTimeline(selection, calendar)
  const well = element("div", { class: "well" }, stage.node)
  const speed = element(
    "select",
    { "aria-label": "Speed", onchange: () => selection.setSpeed(Number(speed.value)) },
    ...SPEEDS.map((n) => element("option", { value: n, selected: n === state.speed }, `${n} /s`)),
  )
  const save = () => {
    if (state.cubes)
      saveCanvas(
        `${state.sample.id}_${calendar.dates[state.index]}.png`,
        imageSheet(model, state, calendar, stage.image),
      )
  }
  byId("planet").append(
    element(
      "h2",
      {},
      "Planet Fusion",
      element("small", {}, "3 m, 5-daily"),
      element("small", { class: "right" }, model.short.planet),
    ),
    makePictures(selection, model),
    well,
    timeline.node,
    element(
      "div",
      { class: "row" },
      button("First date", icon("first"), () => selection.jump(-1)),
      button("Previous date", icon("previous"), () => selection.move(-1)),
      makePlayButton(selection),
      button("Next date", icon("next"), () => selection.move(1)),
      button("Last date", icon("last"), () => selection.jump(1)),
      makeLoopButton(selection),
      button("Download this image", "PNG", save, { class: "right" }),
      speed,
    ),
  )
  new ResizeObserver(() => {
    stage.resize(Math.floor(Math.min(well.clientWidth, well.clientHeight)))
    timeline.draw()
  }).observe(well)
  return { redraw: timeline.draw } // in the theme's colours
}
