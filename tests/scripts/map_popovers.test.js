// What the button of the filters counts.

import assert from "node:assert/strict"
import { test } from "node:test"
import { filterCount } from "../../explorer/views/map/map_popovers.js"

const none = { largest: [], classes: [], min_fraction: 0, max_fraction: 1, purity: null, countries: [] }

test("filters are counted as their chips are: a class and its limits are one", () => {
  assert.equal(filterCount(none), 0)
  assert.equal(filterCount({ ...none, largest: [211] }), 0)
  assert.equal(filterCount({ ...none, classes: [221], min_fraction: 0.8, max_fraction: 0.9, countries: ["Italy"] }), 2)
  assert.equal(filterCount({ ...none, min_fraction: 0.8 }), 1)
  assert.equal(filterCount({ ...none, max_fraction: 0.9, purity: [0.5, 1] }), 2)
})
