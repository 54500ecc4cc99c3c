// Marks of the ground on the map: which one the pointer means.

import assert from "node:assert/strict"
import { test } from "node:test"
import { halfOf, markOnMap } from "../../explorer/views/map/map_ground.js"

const point = (x, y, count = 1) => ({ x, y, count, colour: "#ffffff", text: `${x} ${y}`, rings: [] })
const square = {
  ...point(50, 50),
  text: "field",
  rings: [
    [
      [0, 0],
      [0, 100],
      [100, 100],
      [100, 0],
      [0, 0],
    ],
  ],
}

test("a mark that stands for more places is larger, up to a limit", () => {
  assert.ok(halfOf(1) < halfOf(10) && halfOf(10) < halfOf(1000))
  assert.equal(halfOf(1000), halfOf(5_000_000))
})

test("the nearest mark within reach is meant, by how far it is on the screen", () => {
  const marks = [point(0, 0), point(300, 0)]
  assert.equal(markOnMap(marks, 200, 0, 100)?.text, "300 0")
  assert.equal(markOnMap(marks, 150, 0, 1), null)
})

test("a large mark is reached from further away", () => {
  assert.ok(markOnMap([point(0, 0, 500)], 12, 0, 1))
  assert.equal(markOnMap([point(0, 0)], 12, 0, 1), null)
})

test("a point goes before the polygon that it lies in, which is meant everywhere else in it", () => {
  const marks = [square, point(20, 20)]
  assert.equal(markOnMap(marks, 21, 20, 1)?.text, "20 20")
  assert.equal(markOnMap(marks, 80, 80, 1)?.text, "field")
  assert.equal(markOnMap(marks, 180, 80, 1), null)
})
