// Points and polygons that people saw on the ground, over a large picture. Places are pixels of Planet Fusion's grid.

import { drawWords } from "../../browser/shared.js"

/** @typedef {import("../messages").Told["Player"]["ground"]["marks"][number]} Mark */

const REACH = 9 // CSS pixels around a point within which the pointer means it

/**
 * Whether a place is inside rings, by the even-odd rule (holes are outside).
 * @param {number[][][]} rings Corners as [row, col].
 * @param {number} row
 * @param {number} col
 */
export const inside = (rings, row, col) => {
  let found = false
  for (const ring of rings)
    ring.forEach(([r1, c1], i) => {
      const [r0, c0] = ring[(i || ring.length) - 1]
      if (r0 > row !== r1 > row && col < ((c1 - c0) * (row - r0)) / (r1 - r0) + c0) found = !found
    })
  return found
}

/**
 * The mark at a place: the nearest point within reach, else the smallest polygon around it.
 * @param {Mark[]} marks
 * @param {{ row: number, col: number }} pixel
 * @param {number} unit CSS pixels of one pixel of the chip.
 */
export const markAt = (marks, { row, col }, unit) => {
  let best = null,
    least = REACH / unit
  for (const mark of marks) {
    const far = mark.rings.length ? Infinity : Math.hypot(mark.row - row - 0.5, mark.col - col - 0.5)
    if (far <= least) {
      best = mark
      least = far
    }
  }
  return best ?? marks.find(({ rings }) => rings.length && inside(rings, row + 0.5, col + 0.5)) ?? null
}

/** What is said of a mark under the pointer. */
export const markText = (/** @type {Mark | null} */ mark) =>
  mark ? [`${mark.set}: ${mark.title}`, mark.date, mark.id].filter(Boolean).join(" · ") : ""

const stroke = (context, colour, width, trace) => {
  for (const [style, wide] of [
    ["rgba(0,0,0,.6)", width + 2],
    [colour, width],
  ]) {
    context.strokeStyle = style
    context.lineWidth = wide
    context.beginPath()
    trace()
    context.stroke()
  }
}

/**
 * Draws all marks; polygons that have room say their class.
 * @param {CanvasRenderingContext2D} context
 * @param {Mark[]} marks
 * @param {(place: number[]) => number[]} place [x, y] of [row, col] in CSS pixels.
 */
export const drawGround = (context, marks, place) => {
  context.lineJoin = "round"
  for (const { rings, colour, title, row, col } of marks) {
    if (!rings.length) continue
    let [left, right] = [Infinity, -Infinity]
    stroke(context, colour, 2, () => {
      for (const ring of rings) {
        ring.forEach((corner, i) => {
          const [x, y] = place(corner)
          left = Math.min(left, x)
          right = Math.max(right, x)
          if (i) context.lineTo(x, y)
          else context.moveTo(x, y)
        })
        context.closePath()
      }
    })
    context.font = "600 10px system-ui, sans-serif"
    const wide = context.measureText(title).width
    const [x, y] = place([row, col])
    if (wide < 0.9 * (right - left)) drawWords(context, title, x - wide / 2, y + 4, 10)
  }
  for (const { rings, colour, row, col } of marks) {
    if (rings.length) continue
    const [x, y] = place([row, col])
    const trace = (half) => {
      context.beginPath()
      context.moveTo(x, y - half)
      context.lineTo(x + half, y)
      context.lineTo(x, y + half)
      context.lineTo(x - half, y)
      context.closePath()
    }
    for (const [half, fill] of /** @type {[number, string][]} */ ([
      [8, "rgba(0,0,0,.65)"],
      [6.5, "#fff"],
      [5, colour],
    ])) {
      trace(half)
      context.fillStyle = fill
      context.fill()
    }
  }
}
