// The change between two dates on a stand-alone page.

import assert from "node:assert/strict"
import { test } from "node:test"
import { changeOf } from "../../explorer/export/page_difference.js"

test("the change is of the mean reflectance, and the colours reach what nearly all pixels have", () => {
  const before = [Float32Array.of(1000, 1000, 1000, Number.NaN), Float32Array.of(3000, 3000, 3000, 3000)]
  const after = [Float32Array.of(1000, 2000, 0, 1000), Float32Array.of(3000, 4000, 2000, 3000)]
  const { values, high } = changeOf(before, after)
  assert.deepEqual(
    Array.from(values, (value) => Math.round(value * 1000)),
    [0, 100, -100, Number.NaN],
  )
  assert.ok(Math.abs(high - 0.1) < 1e-6)
  assert.equal(changeOf(before, before).high, 0.02) // noise is no change
})
