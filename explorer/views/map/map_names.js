// Names on the map, on a canvas over it that takes no clicks: where a name may stand was found out on the server.

import { fitCanvas } from "../../browser/shared.js"

const FADE = 0.18 // of a doubling of the zoom, in which a name comes or goes
const FONTS = {
  country: "600 13px",
  sea: "italic 12px",
  city: "600 12px",
  town: "12px",
}
const DOT = 2.2 // px, radius of a town's
const between = (value) => Math.min(Math.max(value, 0), 1)

/**
 * How much of a name is seen: 0 where it has no room yet, 1 a little closer.
 * @param {{ start: number, end: number }} name From which metres a pixel on, and to which, it is shown.
 * @param {number} resolution Metres a pixel.
 */
export const strength = ({ start, end }, resolution) =>
  Math.min(between(Math.log2(start / resolution) / FADE), end > 0 ? between(1 + Math.log2(resolution / end) / FADE) : 1)

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box CSS pixels from the map's upper left corner. */

/**
 * Whether a name is read whole: neither cut by the map's edge nor behind what lies over the map.
 * @param {Box} box
 * @param {{ width: number, height: number }} size
 * @param {Box[]} over
 */
export const isClear = (box, { width, height }, over) =>
  box.left >= 0 &&
  box.top >= 0 &&
  box.right <= width &&
  box.bottom <= height &&
  !over.some((one) => box.left < one.right && one.left < box.right && box.top < one.bottom && one.top < box.bottom)

/**
 * Where the names are drawn, and the ways to tell it of them.
 * @param {HTMLCanvasElement} canvas
 */
export const makeNames = (canvas) => {
  const known = /** @type {Map<string, any>} */ (new Map())
  let look = null
  const family = () => getComputedStyle(canvas).fontFamily || "sans-serif"
  let drawn = []

  /** `over` are the boxes of what lies over the map. */
  const draw = ({ x0, x1, y1, width, height }, over = /** @type {Box[]} */ ([])) => {
    const context = fitCanvas(canvas, width, height)
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` })
    drawn = []
    if (!look?.shown) return
    const resolution = (x1 - x0) / width,
      fonts = family()
    context.lineJoin = "round"
    context.textBaseline = "middle"
    for (const name of known.values()) {
      const px = (name.x - x0) / resolution,
        py = (y1 - name.y) / resolution
      if (px < -200 || px > width + 100 || py < -20 || py > height + 20) continue
      const alpha = strength(name, resolution)
      if (alpha <= 0) continue
      const town = name.kind === "town" || name.kind === "city"
      context.globalAlpha = alpha
      context.font = `${FONTS[name.kind]} ${fonts}`
      context.textAlign = town ? "left" : "center"
      context.fillStyle = name.kind === "sea" ? look.water : look.ink
      context.strokeStyle = look.halo
      context.lineWidth = 3
      const left = Math.round(px) + (town ? 6 : 0),
        top = Math.round(py),
        wide = context.measureText(name.text).width,
        start = left - (town ? 0 : wide / 2)
      if (!isClear({ left: start, top: top - 8, right: start + wide, bottom: top + 8 }, { width, height }, over))
        continue
      context.strokeText(name.text, left, top)
      if (town) {
        context.beginPath()
        context.arc(px, py, DOT, 0, 2 * Math.PI)
        context.stroke()
        context.fill()
      }
      context.fillText(name.text, left, top)
      drawn.push(name.text)
    }
    context.globalAlpha = 1
  }
  return {
    /** Names that the server has told; what is there already stays. */
    add: (names) => {
      for (const name of names) known.set(`${name.text}:${name.x}:${name.y}`, name)
    },
    /** Other colours, or none. */
    dress: (told) => {
      look = told
    },
    draw,
    /** The names that were drawn last. */
    get drawn() {
      return drawn
    },
  }
}
