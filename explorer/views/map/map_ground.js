// What was seen on the ground, on a canvas over the map that takes no clicks: the server says what lies together.

import { drawDiamond, drawOutline, inside } from "../../browser/ground_marks.js"
import { fitCanvas } from "../../browser/shared.js"

/** @typedef {import("../messages").Told["MapTools"]["ground"]["marks"][number]} Mark */

const REACH = 3 // CSS pixels around a mark's rims within which the pointer means it
const RIMS = 3 // that a diamond has beyond its half
const SMALL = 3.5
const LARGE = 8

/** From the middle of a mark to its corner, by how many places it stands for; CSS pixels. */
export const halfOf = (/** @type {number} */ count) => Math.min(SMALL + 0.8 * Math.log2(count), LARGE)

/**
 * The mark at a place: the nearest within reach, else the polygon around it.
 * @param {Mark[]} marks
 * @param {number} x EPSG:3857 metres, as the marks'.
 * @param {number} y
 * @param {number} resolution Metres a CSS pixel.
 */
export const markOnMap = (marks, x, y, resolution) => {
  let best = null,
    least = Infinity
  for (const mark of marks) {
    if (mark.rings.length) continue
    const far = (Math.abs(mark.x - x) + Math.abs(mark.y - y)) / resolution
    if (far <= halfOf(mark.count) + RIMS + REACH && far < least) {
      best = mark
      least = far
    }
  }
  return best ?? marks.find(({ rings }) => rings.length && inside(rings, x, y)) ?? null
}

/**
 * Where the marks are drawn, and the ways to tell it of them.
 * @param {HTMLCanvasElement} canvas
 */
export const makeGroundLayer = (canvas) => {
  let marks = /** @type {Mark[]} */ ([])
  return {
    /** All marks; none where the map does not show them. */
    set(/** @type {Mark[]} */ told) {
      // Many first: a single place is not hidden by those beside it.
      marks = [...told].sort((a, b) => b.count - a.count)
      canvas.hidden = !marks.length
    },
    draw({ x0, x1, y1, width, height }) {
      if (!marks.length) return
      const context = fitCanvas(canvas, width, height)
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` })
      const resolution = (x1 - x0) / width
      const place = ([x, y]) => [(x - x0) / resolution, (y1 - y) / resolution]
      for (const { rings, colour } of marks) if (rings.length) drawOutline(context, colour, rings, place)
      for (const { rings, colour, count, x, y } of marks) {
        if (rings.length) continue
        const [left, top] = place([x, y])
        if (left > -20 && top > -20 && left < width + 20 && top < height + 20)
          drawDiamond(context, colour, left, top, halfOf(count))
      }
    },
    /** What is said of the mark under the pointer. */
    textAt: (x, y, resolution) => markOnMap(marks, x, y, resolution)?.text ?? "",
  }
}
