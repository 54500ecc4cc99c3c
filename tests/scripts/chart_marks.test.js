// What charts draw: few paths, gaps where nothing was measured, and a y axis that does not dance.

import assert from "node:assert/strict"
import { test } from "node:test"
import { areas, bars, dots, fitted, labels, lines, numbers, onFrame } from "../../explorer/browser/chart_marks.js"

// A plot of 100 x 50 px, from (10, 5) on: x from 0 to 10, y from 0 to 1, upwards.
const at = { x: (v) => 10 + 10 * v, y: (v) => 55 - 50 * v, left: 10, right: 110, top: 5, bottom: 55 }

test("a line has a gap where a value is missing, and takes its look", () => {
  const [[tag, path]] = lines(
    { xs: [[0, 1, 2, 3]], ys: [Float32Array.of(0, 1, Number.NaN, 0.5)], colour: ["#123456"], dash: ["dashed"] },
    at,
  )
  assert.equal(tag, "path")
  assert.equal(path.d, "M10,55L20,5M40,30")
  assert.equal(path.stroke, "#123456")
  assert.equal(path["stroke-dasharray"], "6 6")
})

test("points of one look are one path, whatever lies between them", () => {
  const fill = ["red", "white", "red"]
  const marks = dots({ x: [0, 1, 2], y: [0, 0, 1], fill: (i) => fill[i], edge: () => "red" }, at, {
    radius: 2,
    width: 1,
  })
  assert.deepEqual(
    marks.map(([, path]) => [path.fill, path.d.match(/M[\d.]+,[\d.]+/g)]),
    [
      ["red", ["M10,55", "M30,5"]],
      ["white", ["M20,55"]],
    ],
  )
})

test("signs are as wide as they are said to be, about their place", () => {
  for (const sign of ["square", "diamond", "triangle", "inverted_triangle", "star"]) {
    const [[, path]] = dots({ x: [5], y: [0.5], fill: () => "red", edge: () => "red", sign: () => sign }, at, {
      radius: 4,
      width: 1,
    })
    let [x, y] = [0, 0]
    const xs = []
    for (const [, word, dx, dy] of path.d.matchAll(/([Mml])(-?[\d.]+),(-?[\d.]+)/g)) {
      ;[x, y] = word === "M" ? [Number(dx), Number(dy)] : [x + Number(dx), y + Number(dy)]
      if (word !== "M") xs.push(x)
    }
    assert.ok(Math.max(...xs) <= 64.1 && Math.min(...xs) >= 55.9, sign)
    assert.ok(Math.abs((Math.max(...xs) + Math.min(...xs)) / 2 - 60) < 0.5, sign)
  }
})

test("bars, areas and words stand where the scales say; what belongs to the frame goes from edge to edge", () => {
  const colour = () => "grey"
  const [[, bar]] = bars({ x0: [0, 5], x1: [1, 6], y0: [0, 0], y1: [0, 1], colour }, onFrame(at), { width: 2 })
  assert.equal(bar.d, "M10,55L20,55M60,55L70,5")
  const [[, area]] = areas({ xs: [[0, 1, 1]], ys: [[0, 0, 1]], colour: ["grey"] }, at, { opacity: 0.5 })
  assert.equal(area.d, "M10,55L20,55L20,5Z")
  const [[tag, word, text]] = labels({ x: [1], y: [1], text: ["1 Jul"], colour: ["red"] }, at, { dx: 2, dy: 3 })
  assert.deepEqual([tag, word.x, word.y, text], ["text", 22, 8, "1 Jul"])
})

test("the y axis fits what is finite, and stays while the values still fill it", () => {
  const first = fitted([[0.1, Number.NaN, 0.5]], null, { from: 0, least: 0.05 })
  assert.deepEqual(
    first.map((v) => Number(v.toFixed(3))),
    [0, 0.54],
  )
  assert.equal(fitted([[0.1, 0.45]], first, { from: 0, least: 0.05 }), null)
  assert.ok(fitted([[0.1, 0.6]], first, { from: 0, least: 0.05 })[1] > 0.6)
  assert.ok(fitted([[0.1, 0.2]], first, { from: 0, least: 0.05 })[1] < 0.3)
  assert.equal(fitted([[Number.NaN]], null, { least: 1 }), null)
  const [low, high] = fitted([[0.5, 0.5]], null, { least: 0.6 })
  assert.ok(Math.abs(high - low - 0.6) < 1e-9)
})

test("a y axis that begins at 0 holds what lies below it all the same", () => {
  const how = { from: 0, least: 0.05 }
  const range = fitted([[-0.02, 0.5]], [0, 0.54], how)
  assert.ok(range[0] < -0.02 && range[1] > 0.5)
  assert.equal(fitted([[-0.02, 0.5]], range, how), null)
  assert.equal(fitted([[0.02, 0.5]], null, how)[0], 0)
})

test("numbers stand at the ends of their lines, apart from each other and within the frame", () => {
  const tall = { ...at, y: (v) => 205 - 200 * v, bottom: 205 }
  const columns = {
    xs: [[0, 5, 12], [0, 5], [0, 5], [0]],
    ys: [[0.5, 0.5, 0.9], [0.5, 0.51], [0.1, 0.52], [Number.NaN]],
    colour: ["#111111", "#222222", "#333333", "#444444"],
    ink: ["#fff", "#fff", "#fff", "#fff"],
    text: ["1", "2", "3", "4"],
  }
  const marks = numbers(columns, tall)
  const circles = marks.filter(([tag]) => tag === "circle").map(([, circle]) => circle)
  assert.deepEqual(
    marks
      .filter(([tag]) => tag === "text")
      .map(([, , text]) => text)
      .sort(),
    ["1", "2", "3"],
  )
  const heights = circles.map(({ cy }) => cy).sort((a, b) => a - b)
  for (const [i, y] of heights.entries()) assert.ok(!i || y - heights[i - 1] >= 16)
  assert.ok(circles.every(({ cx, cy, r }) => cx <= tall.right - r && cy >= tall.top + r && cy <= tall.bottom - r))
})
