// When a name on the map is seen, and how much of it.

import assert from "node:assert/strict"
import { test } from "node:test"
import { isClear, strength } from "../../explorer/views/map/map_names.js"

test("a name fades in once it has room, and a country's out where it fills the map", () => {
  const town = { start: 1000, end: 0 }
  assert.equal(strength(town, 1001), 0)
  assert.ok(strength(town, 950) > 0 && strength(town, 950) < 1)
  assert.equal(strength(town, 700), 1)
  assert.equal(strength(town, 1), 1)
  const country = { start: 10_000, end: 100 }
  assert.equal(strength(country, 100), 1)
  assert.ok(strength(country, 95) < 1)
  assert.equal(strength(country, 40), 0)
})

test("a name that an edge cuts or something covers is not drawn", () => {
  const size = { width: 400, height: 300 },
    over = [{ left: 300, top: 250, right: 400, bottom: 300 }]
  const at = (left, top) => isClear({ left, top, right: left + 60, bottom: top + 16 }, size, over)
  assert.ok(at(10, 10))
  assert.ok(!at(-1, 10) && !at(341, 10) && !at(10, -1) && !at(10, 285))
  assert.ok(!at(260, 260) && !at(260, 240), "behind the scale bar")
  assert.ok(at(240, 260), "beside it")
})
