// When a name on the map is seen, and how much of it.

import assert from "node:assert/strict"
import { test } from "node:test"
import { strength } from "../../explorer/views/map/map_names.js"

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
