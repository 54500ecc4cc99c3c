// Planet Fusion: the image of the date with its pins, what is under the pointer, the timeline, and the buttons that play it.

/** @import { Calendar, Model } from "./page_model.js" */
/** @import { Selection } from "./page_selection.js" */

import { choice } from "../browser/shared.js"
import { aloneButton, button, byId, element, icon } from "./page_dom.js"
import { imageSheet, saveCanvas } from "./page_files.js"
import { makeStage } from "./page_stage.js"
import { makeTimeline } from "./page_timeline.js"

const SPEEDS = [1, 2, 5, 10, 15, 25, 30] // dates a second
const MODES = [
  ["single", "One date"],
  ["swipe", "Swipe two"],
  ["side", "Side by side"],
  ["difference", "Difference"],
]

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
 * One date, or how two are compared.
 * @param {Selection} selection
 * @returns {HTMLSelectElement}
 */
const makeModes = (selection) => {
  const node = choice("View", MODES, "single", (/** @type {import("./page_model.js").Mode} */ mode) => {
    selection.setPlaying(false)
    selection.setLook({ mode })
  })
  selection.on(["look"], () => {
    node.value = selection.state.look.mode
  })
  return node
}

/**
 * What lies over the image, with what its colours mean; a click takes it away and brings it back.
 * @param {Selection} selection
 * @param {Model} model
 */
const showOver = (selection, model) => {
  const { state } = selection
  const nothing = { overlay: "", ground: false }
  let before = nothing // what a click brings back
  const shown = () => Boolean(state.look.overlay || state.look.ground)
  const toggle = button("Land cover and marks over the image", "Shown", () => {
    if (!shown()) return selection.setLook(before)
    before = { overlay: state.look.overlay, ground: state.look.ground }
    selection.setLook(nothing)
  })
  const node = byId("over")
  /**
   * @param {string} title
   * @param {import("./page_model.js").Key} key
   */
  const keyOf = (title, key) =>
    element(
      "p",
      {},
      element("b", {}, title),
      ...key.map(([colour, text]) => {
        const swatch = element("i", { "aria-hidden": "true" })
        swatch.style.background = colour
        return element("span", {}, swatch, text)
      }),
    )
  const has = model.samples.some((one) => Object.keys(one.covers ?? {}).length || one.ground?.marks.length)
  selection.on(["sample", "look"], () => {
    const { covers, ground } = state.sample,
      cover = covers?.[state.look.overlay]
    node.hidden = !has || !(shown() || before.overlay || before.ground)
    toggle.setAttribute("aria-pressed", String(shown()))
    node.replaceChildren(
      element("h2", {}, "Over the image", element("span", { class: "right" }, toggle)),
      ...(cover ? [keyOf(cover.title, cover.key)] : []),
      ...(state.look.ground && ground?.key.length ? [keyOf("On the ground", ground.key)] : []),
    )
  })
}

/**
 * @param {Selection} selection
 * @param {Model} model
 * @param {Calendar} calendar
 */
export const showAnimation = (selection, model, calendar) => {
  const { state } = selection
  showOver(selection, model)
  const stage = makeStage(selection, model, calendar)
  const timeline = makeTimeline(selection, calendar)
  const well = element("div", { class: "well" }, stage.node)
  const speed = element(
    "select",
    { "aria-label": "Speed", onchange: () => selection.setSpeed(Number(speed.value)) },
    ...SPEEDS.map((n) => element("option", { value: n, selected: n === state.speed }, `${n} /s`)),
  )
  selection.on(["speed"], () => {
    speed.value = String(state.speed)
  })
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
      aloneButton(selection, "planet", "Planet Fusion"),
    ),
    element("div", { class: "row" }, makePictures(selection, model), makeModes(selection)),
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
  const fit = () => {
    stage.resize(well.clientWidth, well.clientHeight)
    timeline.draw()
  }
  new ResizeObserver(fit).observe(well)
  let { mode } = state.look
  selection.on(["look"], () => {
    if (mode === state.look.mode) return
    mode = state.look.mode
    fit()
  })
  return { redraw: timeline.draw } // in the theme's colours
}
