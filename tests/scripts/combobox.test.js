// Entries of long menus, found by short name, long name and application.

import assert from "node:assert/strict"
import { test } from "node:test"
import { entriesFound, entriesOf } from "../../explorer/views/common/combobox.js"

const entries = entriesOf({
  composites: { "True colour": "true" },
  sensors: { "Shortwave infrared (B12, B08, B04)": "swir" },
  "indices: burn": { "NBR: Normalized Burn Ratio": "index:NBR" },
  "indices: vegetation": {
    "EVI: Enhanced Vegetation Index": "index:EVI",
    "NDVI: Normalized Difference Vegetation Index": "index:NDVI",
    "sNIRvSWIR: NIR reflectance with SWIR": "index:sNIRvSWIR",
    "kNDVI: Kernel Normalized Difference Vegetation Index": "index:kNDVI",
  },
  "indices: water": { "NDWI: Normalized Difference Water Index": "index:NDWI" },
})
const found = (text) => entriesFound(text, entries).map(({ short }) => short)

test("the whole list stands there until somebody types", () => {
  assert.equal(found("").length, entries.length)
  assert.deepEqual(entries[0], {
    value: "true",
    text: "True colour",
    short: "True colour",
    title: "",
    group: "composites",
  })
  assert.equal(entries[2].group, "burn")
})

test("short names come first, then long names, then applications; case and order of words do not matter", () => {
  assert.deepEqual(found("ndvi"), ["NDVI", "kNDVI"])
  assert.equal(found("nd")[0], "NDVI")
  assert.deepEqual(found("water"), ["NDWI"])
  assert.deepEqual(found("burn"), ["NBR"])
  assert.deepEqual(found("vegetation"), ["EVI", "NDVI", "sNIRvSWIR", "kNDVI"])
  assert.deepEqual(found("index kernel"), ["kNDVI"])
  assert.deepEqual(found("TRUE"), ["True colour"])
  assert.equal(found("swir")[0], "Shortwave infrared (B12, B08, B04)") // by its word in a link
})

test("what nothing is called finds nothing", () => {
  assert.deepEqual(found("xyz"), [])
  assert.deepEqual(found("?"), [])
})
