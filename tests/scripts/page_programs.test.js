// Indices and formulas of a stand-alone page, as Python wrote down what they do.

import assert from "node:assert/strict"
import { test } from "node:test"
import { colouredRgba, valuesOf } from "../../explorer/export/page_values.js"

const ndvi = ["/", ["-", "nir", "red"], ["+", "nir", "red"]]
const frame = (...pairs) => [0, 1].map((band) => Float32Array.from(pairs, (pair) => pair[band]))
const rounded = (values) => Array.from(values, (value) => Math.round(value * 1000) / 1000)

test("an index is computed of reflectance, and is nothing where a band is or where it is undefined", () => {
  const found = valuesOf(ndvi, ["nir", "red"], frame([3000, 1000], [0, 0], [Number.NaN, 1000]), 1e-4)
  assert.deepEqual(rounded(found), [0.5, Number.NaN, Number.NaN])
  const constant = ["+", 0.5, "nir"]
  assert.deepEqual(rounded(valuesOf(constant, ["nir", "red"], frame([3000, Number.NaN]), 1e-4)), [Number.NaN])
})

test("a formula has comparisons, choices and functions of several values", () => {
  const one = (program) => rounded(valuesOf(program, ["nir", "red"], frame([3000, 1000]), 1e-4))[0]
  assert.equal(one(["where", [">", "nir", 0.2], ["max", "nir", "red", 0.4], 7]), 0.4)
  assert.equal(one(["where", ["<", "nir", 0.2], 7, ["clip", "nir", 0, 0.25]]), 0.25)
  assert.equal(one(["negative", ["**", ["sqrt", ["abs", "red"]], 2]]), -0.1)
  assert.throws(() => one(["constructor", "nir"]), /cannot compute constructor/)
})

test("colours run from low to high, and what has no value is clear", () => {
  const found = colouredRgba(Float32Array.of(-2, 0, 0.9, Number.NaN), [-1, 1], ["#000000", "#808080", "#ffffff"])
  assert.deepEqual(Array.from(found), [0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255, 0, 0, 0, 0])
})
