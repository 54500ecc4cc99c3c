// Points and polygons that people saw on the ground, over a large picture. Places are pixels of Planet Fusion's grid.

import { drawWords } from "./shared.js"

/** @typedef {import("../views/messages").Told["Player"]["ground"]["marks"][number]} Mark */

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
 * Draws the outlines of a polygon; returns from where to where they reach on the screen.
 * @param {CanvasRenderingContext2D} context
 * @param {string} colour
 * @param {number[][][]} rings
 * @param {(place: number[]) => number[]} place [x, y] of a corner in CSS pixels.
 */
export const drawOutline = (context, colour, rings, place) => {
  let [left, right] = [Infinity, -Infinity]
  context.lineJoin = "round"
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
  return { left, right }
}

/**
 * Draws a point's diamond, in white and dark rims.
 * @param {CanvasRenderingContext2D} context
 * @param {string} colour
 * @param {number} x
 * @param {number} y
 * @param {number} half From its middle to a corner without the rims, in CSS pixels.
 */
export const drawDiamond = (context, colour, x, y, half = 5) => {
  for (const [reach, fill] of /** @type {[number, string][]} */ ([
    [half + 3, "rgba(0,0,0,.65)"],
    [half + 1.5, "#fff"],
    [half, colour],
  ])) {
    context.beginPath()
    context.moveTo(x, y - reach)
    context.lineTo(x + reach, y)
    context.lineTo(x, y + reach)
    context.lineTo(x - reach, y)
    context.closePath()
    context.fillStyle = fill
    context.fill()
  }
}

/**
 * Draws all marks; polygons that have room say their class.
 * @param {CanvasRenderingContext2D} context
 * @param {Mark[]} marks
 * @param {(place: number[]) => number[]} place [x, y] of [row, col] in CSS pixels.
 */
export const drawGround = (context, marks, place) => {
  for (const { rings, colour, title, row, col } of marks) {
    if (!rings.length) continue
    const { left, right } = drawOutline(context, colour, rings, place)
    context.font = "600 10px system-ui, sans-serif"
    const wide = context.measureText(title).width
    const [x, y] = place([row, col])
    if (wide < 0.9 * (right - left)) drawWords(context, title, x - wide / 2, y + 4, 10)
  }
  for (const { rings, colour, row, col } of marks)
    if (!rings.length) {
      const [x, y] = place([row, col])
      drawDiamond(context, colour, x, y)
    }
}
