// Curves over time: out of a message, year against year, gaps and points.

import assert from "node:assert/strict"
import { test } from "node:test"
import { cornersOf } from "../../explorer/views/common/draw.js"
import {
  EXTENTS,
  FLAG,
  makeDrawing,
  PARTS,
  unpackCalendar,
  unpackCurves,
  YEAR_MS,
} from "../../explorer/views/profile/profile_draw.js"

const day = (text) => Date.parse(text)
const TIMES = ["2018-06-01", "2018-12-30", "2019-06-01"].map(day)
const calendar = unpackCalendar({
  pf: {
    times: new Float64Array(TIMES),
    left: new Float64Array(TIMES),
    right: new Float64Array(TIMES.map((t) => t + 1)),
    missing: {},
    waiting: [2],
  },
  s2: {
    times: new Float64Array([day("2018-06-15")]),
    left: new Float64Array([day("2018-06-01")]),
    right: new Float64Array([day("2018-07-01")]),
    missing: {},
    waiting: [0],
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
    waits: (sensor, i) => calendar[sensor].waiting.has(i),
  }
  const set = new Map()
  makeDrawing(
    state,
    (name, data) => set.set(name, data),
    () => {},
  ).pins()
  return set
}

test("a date that is still to come has another mark than one that is missing", () => {
  const set = drawn(false)
  const [missing, waiting] = ["index-missing", "index-waiting"].map((name) => set.get(name))
  assert.deepEqual(missing.x0, [TIMES[1]])
  assert.equal(waiting.x0.length, 2) // one of Planet Fusion, one of Sentinel-2
  assert.ok(TIMES[2] <= waiting.x0[0] && waiting.x0[0] < TIMES[2] + 1)
  assert.ok(waiting.y1[0] < missing.y1[0])
  const [left, right] = [calendar.s2.left[0], calendar.s2.right[0]]
  assert.ok(left < waiting.x0[1] && waiting.x1[1] < right)
})

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

test("the y axis holds every part that is drawn by value", () => {
  const onFrame = ["missing", "waiting", "breaks", "numbers"] // stand at the frame, or at ends of lines
  assert.deepEqual(
    Object.keys(EXTENTS).sort(),
    Object.keys(PARTS)
      .filter((part) => !onFrame.includes(part))
      .sort(),
  )
  const set = drawn(false)
  const values = Object.entries(EXTENTS).flatMap(([part, of]) => {
    const columns = set.get(`index-${part}`)
    return columns ? of(columns).flatMap((list) => [...list]) : []
  })
  for (const value of [0.25, 0.5, 0.75]) assert.ok(values.includes(value), String(value))
})

test("several pins are numbered at the end of their first index, one alone is not", () => {
  assert.deepEqual(drawn(false).get("index-numbers").text, [])
  const curve = (pin, values) => ({
    chart: "index",
    sensor: "pf",
    colour: pin === 1 ? "#f49700" : "#500df8",
    label: "NDVI",
    who: `${pin}`,
    pin,
    values: Float32Array.from(values),
  })
  const set = new Map()
  const state = {
    calendar,
    years: false,
    smooth: [],
    sample: [],
    regions: [],
    seasons: [],
    breaks: [],
    why: () => "",
    waits: () => false,
  }
  state.pins = [curve(1, [0.1, 0.2, 0.3]), curve(1, [0.7, 0.7, 0.7]), curve(2, [0.4, 0.5, 0.6])]
  makeDrawing(state, (part, data) => set.set(part, data)).pins()
  const { text, ys, ink } = set.get("index-numbers")
  assert.deepEqual(text, ["1", "2"])
  assert.deepEqual(
    ys.map((list) => list.at(-1)),
    [Math.fround(0.3), Math.fround(0.6)],
  )
  assert.deepEqual(ink, ["#10191f", "#ffffff"])
})
