// A map of land cover over a sample's pictures: coloured here from the classes that the server sent, with a legend of what is there.

import { element } from "../../browser/shared.js"
import { SIZE } from "./chip.js"

const percent = (share) => {
  const value = 100 * share
  return `${value > 0 && value < 1 ? "< 1" : Math.round(value)} %`
}

/**
 * @typedef {object} LandCover A map over the sample that is open.
 * @property {string} name Empty where none is shown.
 * @property {number} opacity 0 to 1.
 * @property {string} title Of its legend.
 * @property {string} credit
 * @property {{ title: string, colour: string, share: number }[]} classes Those that are there, largest first.
 * @property {number} missing The share of the picture without a class.
 * @property {string} problem What is to be said where there is no map.
 * @property {Uint16Array | null} pixels Row by row of a chip, 1 for the first class, 0 for none.
 * @property {HTMLCanvasElement} canvas Of a chip's size; transparent where there is no class.
 */

/** @returns {LandCover} */
const nothing = () => ({
  name: "",
  opacity: 1,
  title: "",
  credit: "",
  classes: [],
  missing: 0,
  problem: "",
  pixels: null,
  canvas: null,
})

/**
 * The colours of all pixels, four bytes each.
 * @param {Uint16Array} pixels
 * @param {{ colour: string }[]} classes
 */
export const coloured = (pixels, classes) => {
  const palette = [0, ...classes.map(({ colour }) => Number.parseInt(colour.slice(1), 16))]
  const found = new Uint8ClampedArray(4 * pixels.length)
  pixels.forEach((number, i) => {
    const colour = palette[number] ?? 0
    found.set([colour >> 16, (colour >> 8) & 255, colour & 255, number ? 255 : 0], 4 * i)
  })
  return found
}

/**
 * The map as the pictures draw it.
 * @param {import("../messages").Told["Player"]["land_cover"]} told
 * @returns {LandCover}
 */
export const readLandCover = (told) => {
  if (!told.pixels.byteLength)
    return { ...nothing(), name: told.name, opacity: told.opacity / 100, problem: told.problem }
  const pixels = new Uint16Array(told.pixels.slice(0))
  const canvas = element("canvas", { width: SIZE, height: SIZE })
  canvas.getContext("2d").putImageData(new ImageData(coloured(pixels, told.classes), SIZE, SIZE), 0, 0)
  return { ...told, opacity: told.opacity / 100, pixels, canvas }
}

/** No map. */
export const noLandCover = nothing

/**
 * What the map says of a pixel, as a line; empty where no map is shown.
 * @param {LandCover} cover
 * @param {{ row: number, col: number }} pixel
 */
export const coverText = ({ name, pixels, classes }, { row, col }) => {
  if (!pixels) return ""
  return `${name}: ${classes[pixels[row * SIZE + col] - 1]?.title ?? "no class here"}`
}

/** A legend that folds: the classes that are there with their shares, what is missing, or why there is no map. */
export const makeCoverLegend = () => {
  const name = element("span")
  const list = element("ul")
  const note = element("p", { role: "status" })
  const el = element("details", { class: "cover-legend", hidden: true }, element("summary", {}, name), list, note)
  let chosen = false // whether somebody has folded or unfolded it
  el.firstChild.addEventListener("click", () => {
    chosen = true
  })
  return {
    el,
    /**
     * @param {LandCover} cover
     * @param {boolean} roomy Whether there is room for all of it.
     */
    show(cover, roomy) {
      el.hidden = !cover.name
      if (!chosen) el.open = roomy
      name.textContent = cover.name
      el.title = [cover.title, cover.credit].filter(Boolean).join(". ")
      list.hidden = !cover.classes.length
      list.replaceChildren(
        ...cover.classes.map(({ title, colour, share }) => {
          const swatch = element("i", { "aria-hidden": "true" })
          swatch.style.background = colour
          return element("li", {}, swatch, element("span", { title }, title), element("b", {}, percent(share)))
        }),
      )
      note.textContent = cover.problem || (cover.missing > 0 ? `${percent(cover.missing)} without a class` : "")
      if (cover.problem) el.open = true
    },
  }
}

/**
 * The legend in a saved picture, from its upper left corner; the credit belongs into the footer.
 * @param {CanvasRenderingContext2D} context
 * @param {LandCover} cover
 * @param {number} x CSS pixels, as `y` and `most`.
 * @param {number} y
 * @param {number} most How high it may be.
 */
export const drawCoverLegend = (context, cover, x, y, most) => {
  if (!cover.pixels) return
  const line = 16
  const rows = cover.classes.slice(0, Math.max(1, Math.floor((most - 30) / line) - 1))
  const more = cover.classes.length - rows.length
  const texts = [
    ...rows.map(({ title, share }) => `${title}  ${percent(share)}`),
    ...(more ? [`and ${more} more`] : []),
    ...(cover.missing > 0 ? [`${percent(cover.missing)} without a class`] : []),
  ]
  context.font = "11px system-ui, sans-serif"
  const wide = Math.max(...[cover.name, ...texts].map((text) => context.measureText(text).width))
  context.fillStyle = "rgba(10,18,24,.72)"
  context.fillRect(x, y, wide + 34, line * (texts.length + 1) + 8)
  context.fillStyle = "#fff"
  context.font = "600 11px system-ui, sans-serif"
  context.fillText(cover.name, x + 8, y + 15)
  context.font = "11px system-ui, sans-serif"
  texts.forEach((text, i) => {
    const top = y + 15 + line * (i + 1)
    if (i < rows.length) {
      context.fillStyle = rows[i].colour
      context.fillRect(x + 8, top - 9, 11, 11)
    }
    context.fillStyle = "#fff"
    context.fillText(text, x + (i < rows.length ? 25 : 8), top)
  })
}

/**
 * What a saved picture's footer says of the map; empty where none is shown.
 * @param {LandCover} cover
 */
export const coverCredit = (cover) =>
  cover.pixels
    ? `Over it, ${Math.round(100 * cover.opacity)} % opaque: ${cover.name} (${cover.title}). ${cover.credit}`
    : ""
