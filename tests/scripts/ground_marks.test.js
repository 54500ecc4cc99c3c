// What was seen on the ground, over a picture: which mark the pointer means, and what is said of it.

import assert from "node:assert/strict"
import { test } from "node:test"
import { inside, markAt, markText } from "../../explorer/browser/ground_marks.js"

const SQUARE = [
  [10, 10],
  [10, 50],
  [50, 50],
  [50, 10],
  [10, 10],
]
const HOLE = [
  [20, 20],
  [20, 30],
  [30, 30],
  [30, 20],
  [20, 20],
]
const mark = (rest) => ({ set: "visits", id: "1", title: "Pastures", colour: "#e6e64d", date: "", rings: [], ...rest })
const FIELD = mark({ id: "f", row: 40, col: 40, rings: [SQUARE, HOLE] })
const POINT = mark({ id: "p", row: 100, col: 60, date: "2018-06-12" })

test("a hole of a polygon is outside", () => {
  assert.equal(inside(FIELD.rings, 15, 15), true)
  assert.equal(inside(FIELD.rings, 25, 25), false)
  assert.equal(inside(FIELD.rings, 5, 25), false)
  assert.equal(inside(FIELD.rings, 45, 55), false)
})

test("a point is meant within reach, however far the picture is zoomed", () => {
  assert.equal(markAt([POINT, FIELD], { row: 103, col: 60 }, 2), POINT)
  assert.equal(markAt([POINT, FIELD], { row: 110, col: 60 }, 2), null)
  assert.equal(markAt([POINT, FIELD], { row: 103, col: 60 }, 16), null)
  assert.equal(markAt([POINT, FIELD], { row: 40, col: 40 }, 2), FIELD)
})

test("it is told with its set, class, date and id", () => {
  assert.equal(markText(POINT), "visits: Pastures · 2018-06-12 · p")
  assert.equal(markText(FIELD), "visits: Pastures · f")
  assert.equal(markText(null), "")
})
