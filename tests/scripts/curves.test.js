// Curves over time: out of a message, year against year, gaps and points.

import assert from "node:assert/strict"
import { test } from "node:test"
import { cornersOf } from "../../explorer/views/animation/draw.js"
import { FLAG, makeDrawing, unpackCalendar, unpackCurves, YEAR_MS } from "../../explorer/views/profile/profile_draw.js"

const day = (text) => Date.parse(text)
const TIMES = ["2018-06-01", "2018-12-30", "2019-06-01"].map(day)
const calendar = unpackCalendar({
  pf: {
    times: new Float64Array(TIMES),
    left: new Float64Array(TIMES),
    right: new Float64Array(TIMES.map((t) => t + 1)),
    missing: {},
  },
  s2: {
    times: new Float64Array([day("2018-06-15")]),
    left: new Float64Array([day("2018-06-01")]),
    right: new Float64Array([day("2018-07-01")]),
    missing: {},
  },
})
const message = {
  curves: [
    { chart: "index", sensor: "pf", colour: "#123456", label: "NDVI", who: "1", dash: "solid", marker: "circle" },
    { chart: "index", sensor: "s2", colour: "#123456", label: "NDVI", who: "1", dash: "solid", marker: "square" },
  ],
  values: new Float32Array([0.25, Number.NaN, 0.5, 0.75]),
  flags: new Uint8Array([FLAG.MEASURED, FLAG.MISSING, FLAG.GAP_FILLED, FLAG.MEASURED]),
}

const drawn = (years) => {
  const state = {
    calendar,
    years,
    pins: unpackCurves(message, calendar),
    smooth: [],
    sample: [],
    regions: [],
    seasons: [],
    breaks: [],
    why: (sensor, i) => (sensor === "pf" && i === 1 ? "no chip" : ""),
  }
  const set = new Map()
  makeDrawing(
    state,
    (name, data) => set.set(name, data),
    () => {},
  ).pins()
  return set
}

test("each curve has its own part of the values", () => {
  const [pf, s2] = unpackCurves(message, calendar)
  assert.deepEqual([...pf.values], [0.25, Number.NaN, 0.5])
  assert.deepEqual([...s2.values], [0.75])
  assert.deepEqual([...s2.flags], [FLAG.MEASURED])
})

test("what was not measured has no point, and what was filled has an empty one", () => {
  const dots = drawn(false).get("index-pf")
  assert.deepEqual(dots.date, [TIMES[0], TIMES[2]])
  assert.deepEqual(dots.fill, ["#123456", "var(--panel)"])
  assert.deepEqual(drawn(false).get("index-missing").why, ["no chip"])
})

test("year against year, the second year has the first one's dates, and no line leads from one to the other", () => {
  const set = drawn(true)
  assert.deepEqual(set.get("index-pf").date, [TIMES[0], TIMES[2] - YEAR_MS])
  const { xs, alpha } = set.get("index-lines")
  assert.deepEqual(
    xs.map((x) => [...x]),
    [[TIMES[0], TIMES[1]], [TIMES[2] - YEAR_MS]],
  )
  assert.ok(alpha[0] < alpha[1])
  assert.equal(drawn(false).get("index-lines").xs.length, 1)
})

test("a box is drawn by its four corners, a polygon by its own", () => {
  assert.deepEqual(
    cornersOf({
      kind: "box",
      points: [
        [1, 2],
        [3, 5],
      ],
    }),
    [
      [1, 2],
      [1, 5],
      [3, 5],
      [3, 2],
    ],
  )
  assert.deepEqual(
    cornersOf({
      kind: "polygon",
      points: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    }),
    [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
  )
})
