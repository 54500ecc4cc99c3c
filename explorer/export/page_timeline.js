// The timeline: which dates are there, how much of them was filled, and which one is shown.

/** @import { PlanetCube } from "./page_cube.js" */
/** @import { Calendar } from "./page_model.js" */
/** @import { Selection } from "./page_selection.js" */

import { fitCanvas, MONTHS } from "../browser/shared.js"
import { cssColour, element } from "./page_dom.js"

const EDGE = 6 // CSS pixels that stay free on either side

/**
 * Which date is at `x` CSS pixels from the timeline's left edge; before the first one it is negative.
 * @param {number} x
 * @param {number} width Of the timeline
 * @param {number} count Dates
 */
export const indexAt = (x, width, count) => Math.floor((x - EDGE) / ((width - 2 * EDGE) / count))

/**
 * Where quarters begin: the year, or the month's name.
 * @param {string[]} dates
 */
export const quarters = (dates) =>
  dates.flatMap((iso, index) => {
    const month = Number(iso.slice(5, 7))
    if (month % 3 !== 1 || iso.slice(0, 7) === dates[index - 1]?.slice(0, 7)) return []
    return [{ index, text: month === 1 ? iso.slice(0, 4) : MONTHS[month - 1] }]
  })

/**
 * @param {Selection} selection
 * @param {Calendar} calendar
 * @returns {{ node: HTMLCanvasElement, draw: () => void }}
 */
export const makeTimeline = (selection, { dates }) => {
  const { state } = selection
  const node = element("canvas", {
    class: "timeline",
    tabindex: 0,
    role: "slider",
    "aria-label": "Acquisition date",
    "aria-valuemin": 0,
    "aria-valuemax": dates.length - 1,
  })
  /** @type {WeakMap<PlanetCube, number[]>} Share of each date that was filled. */
  const shares = new WeakMap()
  /** @param {PlanetCube} cube */
  const sharesOf = (cube) => {
    const known = shares.get(cube)
    if (known) return known
    const counted = dates.map((_, index) => cube.gapShare(index))
    shares.set(cube, counted)
    return counted
  }
  const labels = quarters(dates)

  const draw = () => {
    const context = fitCanvas(node),
      unit = (node.clientWidth - 2 * EDGE) / dates.length,
      wide = Math.max(unit - 0.8, 0.7)
    const [there, absent, gap, muted, ink, focus] = [
      "--date-there",
      "--date-missing",
      "--date-gap",
      "--muted",
      "--ink",
      "--focus",
    ].map(cssColour)
    const present = new Set(state.sample.planet.there)
    const filled = state.cubes ? sharesOf(state.cubes.planet) : []
    for (let index = 0; index < dates.length; index++) {
      const x = EDGE + index * unit,
        plays = index >= state.range[0] && index <= state.range[1],
        tall = present.has(index) ? (plays ? 10 : 5) : 3
      context.fillStyle = present.has(index) ? there : absent
      context.fillRect(x, 18 - tall, wide, tall)
      if (!filled[index]) continue
      const part = Math.max(2, tall * filled[index])
      context.clearRect(x, 18 - tall + part, wide, 1)
      context.fillStyle = gap
      context.fillRect(x, 18 - tall, wide, part)
    }
    context.fillStyle = muted
    context.font = "10px system-ui, sans-serif"
    for (const { index, text } of labels) {
      context.fillRect(EDGE + index * unit, 20, 1, 3)
      context.fillText(text, EDGE + index * unit + 3, 30)
    }
    for (const [index, way] of [
      [state.range[0], 1],
      [state.range[1] + 1, -1],
    ]) {
      const x = EDGE + index * unit
      context.fillStyle = ink
      context.fillRect(x - 1, 6, 2, 14)
      context.fillRect(way > 0 ? x : x - 4, 6, 4, 2)
      context.fillRect(way > 0 ? x : x - 4, 18, 4, 2)
    }
    const marker = (/** @type {number} */ index, /** @type {string} */ colour) => {
      const x = EDGE + (index + 0.5) * unit
      context.fillStyle = colour
      context.fillRect(x - 1, 2, 2, 18)
      context.beginPath()
      context.moveTo(x - 5, 0)
      context.lineTo(x + 5, 0)
      context.lineTo(x, 6)
      context.fill()
    }
    if (state.look.mode !== "single") marker(state.look.other, focus)
    marker(state.index, ink)
    node.setAttribute("aria-valuenow", String(state.index))
    node.setAttribute("aria-valuetext", dates[state.index])
  }

  const at = (/** @type {PointerEvent} */ event) =>
    Math.min(
      dates.length - 1,
      Math.max(0, indexAt(event.clientX - node.getBoundingClientRect().left, node.clientWidth, dates.length)),
    )
  /**
   * What a press takes: the compared date or an end of what plays, where they are, else the date.
   * @param {PointerEvent} event
   * @returns {"date" | "other" | "first" | "last"}
   */
  const grabbed = (event) => {
    const x = event.clientX - node.getBoundingClientRect().left,
      unit = (node.clientWidth - 2 * EDGE) / dates.length
    const near = (/** @type {number} */ index, /** @type {number} */ reach) =>
      Math.abs(x - EDGE - index * unit) <= reach
    if (near(state.index + 0.5, 5)) return "date"
    if (state.look.mode !== "single" && near(state.look.other + 0.5, 6)) return "other"
    if (near(state.range[0], state.range[0] ? 5 : 3)) return "first"
    if (near(state.range[1] + 1, state.range[1] < dates.length - 1 ? 5 : 3)) return "last"
    return "date"
  }
  /** @type {ReturnType<typeof grabbed>} */
  let held = "date"
  const scrub = (/** @type {PointerEvent} */ event) => {
    if (held === "date") selection.stopAt(at(event))
    else if (held === "other") selection.compareWith(at(event))
    else selection.setEnd(held, at(event))
  }
  node.addEventListener("pointerdown", (event) => {
    held = grabbed(event)
    node.setPointerCapture(event.pointerId)
    scrub(event)
  })
  node.addEventListener("pointermove", (event) => {
    if (node.hasPointerCapture(event.pointerId)) scrub(event)
  })
  selection.on(["cubes", "date", "range", "look"], draw)
  return { node, draw }
}
