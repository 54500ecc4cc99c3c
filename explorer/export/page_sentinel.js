// Sentinel-2: the months in colour, and the bands of the month that belongs to the date.

/** @import { Band, Calendar, Model, Span } from "./page_model.js" */
/** @import { Selection } from "./page_selection.js" */

import { drawArms, drawWords, fitCanvas, MONTHS } from "../browser/shared.js"
import { aloneButton, button, byId, element } from "./page_dom.js"
import { saveChart } from "./page_files.js"
import { paint } from "./page_paint.js"
import { pixelAt, S2_SIZE, toPF, toS2 } from "./page_pixels.js"
import { makeSpectrum } from "./page_spectrum.js"

/**
 * A small picture with room for crosses and words.
 * @param {string} label
 * @param {Array<Node | string>} words
 * @param {ImageData | null} picture
 */
const makeTile = (label, words, picture) => {
  const canvas = element("canvas", { class: "image", width: S2_SIZE, height: S2_SIZE })
  if (picture) canvas.getContext("2d").putImageData(picture, 0, 0)
  const crosses = element("canvas", { class: "over" })
  const frame = element("span", { class: "frame" }, canvas, crosses, element("span", {}, ...words))
  const node = element("button", { type: "button", class: "tile", "aria-label": label, title: label }, frame)
  return { node, frame, crosses }
}

/**
 * @param {Selection} selection
 * @param {Model} model
 * @param {Calendar} calendar
 * @returns {Node[]} The months, a caption, the bands.
 */
const makeTiles = (selection, model, calendar) => {
  const { state } = selection
  const { bands, gamma, picture } = model.sentinel
  const monthGrid = element("div", { class: "tiles", role: "group", "aria-label": "Months" }),
    caption = element("div", { class: "caption" }),
    bandGrid = element("div", { class: "tiles bands", role: "group", "aria-label": "Bands of the month" })
  /** @type {Array<ReturnType<typeof makeTile>>} */
  let months = []
  /** @type {Array<ReturnType<typeof makeTile>>} */
  let monthBands = []
  let month = -1 // whose bands are drawn

  /** @param {number} i */
  const monthTile = (i) => {
    const { sentinel } = state.cubes,
      there = sentinel.has(i)
    const tile = makeTile(
      `${MONTHS[i]} 2018${there ? "" : ", missing"}`,
      [MONTHS[i] + (there ? "" : " · none")],
      there
        ? paint(
            sentinel.frame(i, picture.bands),
            /** @type {Span[]} */ (state.sample.s2Spans.picture),
            picture.gamma,
            picture.middle,
          )
        : null,
    )
    tile.node.addEventListener("click", () => selection.stopAt(calendar.middleOf(i)))
    return tile
  }
  /** @param {Band} band */
  const bandTile = ({ name, title, wavelength }) => {
    const { sentinel } = state.cubes
    const span = /** @type {Span} */ (state.sample.s2Spans[name])
    const tile = makeTile(
      `${name}, ${title}, ${wavelength} nm`,
      [element("b", {}, name), ` ${Math.round(wavelength)}`],
      sentinel.has(month) && sentinel.bands.includes(name) ? paint(sentinel.frame(month, [name]), [span], gamma) : null,
    )
    tile.node.addEventListener("click", (event) =>
      selection.pick(toPF(pixelAt(event, tile.frame.getBoundingClientRect(), S2_SIZE)), event.shiftKey),
    )
    return tile
  }
  const drawMonths = () => {
    months = calendar.months.map((_, i) => monthTile(i))
    monthGrid.replaceChildren(...months.map(({ node }) => node))
    month = -1
  }
  const drawBands = () => {
    const now = calendar.monthOf(state.index),
      later = calendar.dates[state.index].startsWith("2019") ? " (the mosaics are of 2018 only)" : ""
    caption.textContent = `Bands of ${MONTHS[now]} 2018${later} · numbers are nm · a click chooses the pixel`
    if (now === month || !state.cubes) return
    month = now
    months.forEach(({ node }, i) => node.setAttribute("aria-pressed", String(i === now)))
    monthBands = bands.map(bandTile)
    bandGrid.replaceChildren(...monthBands.map(({ node }) => node))
    drawPins()
  }
  const drawPins = () => {
    for (const { crosses } of [...months, ...monthBands]) {
      const context = fitCanvas(crosses),
        unit = crosses.clientWidth / S2_SIZE
      state.pins.forEach((pin, i) => {
        const { row, col } = toS2(pin)
        const [x, y] = [(col + 0.5) * unit, (row + 0.5) * unit]
        drawArms(context, x, y, model.colours.pins[i], { from: 1.5, to: 8.5 })
        if (state.pins.length > 1) drawWords(context, String(i + 1), x + 6, y - 5)
      })
    }
  }

  selection.on(["cubes"], drawMonths)
  selection.on(["cubes", "date"], drawBands)
  selection.on(["pins"], drawPins)
  new ResizeObserver(drawPins).observe(monthGrid)
  return [monthGrid, caption, bandGrid]
}

/**
 * @param {Selection} selection
 * @param {Model} model
 * @param {Calendar} calendar
 */
export const showSentinel = (selection, model, calendar) => {
  const host = element("div", { class: "host", id: "spectrum" })
  const spectrum = makeSpectrum(selection, model, calendar, host)
  const save = () => saveChart(model, selection.state, spectrum.chart, "spectrum", spectrum.title())
  byId("sentinel").append(
    element(
      "h2",
      {},
      "Sentinel-2",
      element("small", {}, "10 m, monthly mosaics of 2018"),
      element("small", { class: "right" }, model.short.sentinel),
      aloneButton(selection, "sentinel", "Sentinel-2"),
    ),
    ...makeTiles(selection, model, calendar),
    host,
    element(
      "div",
      { class: "row" },
      element("span", { class: "keys" }, "Spectrum: line Sentinel-2, rings Planet Fusion"),
      button("Download the spectrum as SVG", "SVG", save, { class: "right" }),
    ),
  )
}
