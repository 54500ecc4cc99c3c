// A map of land cover over the pictures: which colour a pixel has, and what is said of it.

import assert from "node:assert/strict"
import { test } from "node:test"
import { coloured, coverCredit, coverText, noLandCover } from "../../explorer/views/common/land_cover.js"

const CLASSES = [
  { title: "Cropland", colour: "#f096ff", share: 0.75 },
  { title: "Water", colour: "#0064c8", share: 0.2 },
]
const cover = () => ({
  ...noLandCover(),
  name: "map",
  title: "A legend",
  credit: "Somebody; CC0",
  opacity: 0.4,
  classes: CLASSES,
  pixels: Object.assign(new Uint16Array(200 * 200), { 0: 1, 205: 2 }),
})

test("a pixel has its class's colour, and nothing where it has none", () => {
  assert.deepEqual(
    [...coloured(new Uint16Array([1, 0, 2]), CLASSES)],
    [240, 150, 255, 255, 0, 0, 0, 0, 0, 100, 200, 255],
  )
})

test("what lies under the pointer is told by its title, or that there is no class", () => {
  assert.equal(coverText(cover(), { row: 0, col: 0 }), "map: Cropland")
  assert.equal(coverText(cover(), { row: 1, col: 5 }), "map: Water")
  assert.equal(coverText(cover(), { row: 199, col: 199 }), "map: no class here")
  assert.equal(coverText(noLandCover(), { row: 0, col: 0 }), "")
})

test("a saved picture names the map, its legend and whom to credit", () => {
  assert.equal(coverCredit(cover()), "Over it, 40 % opaque: map (A legend). Somebody; CC0")
  assert.equal(coverCredit(noLandCover()), "")
})
