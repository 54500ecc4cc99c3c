// The pictures of the Sentinel-2 panel: how large they are, what a click in one means, and which date stands beside a month.

import assert from "node:assert/strict"
import { test } from "node:test"
import { status } from "../../explorer/browser/shared.js"
import { middleOfPixel } from "../../explorer/views/common/chip.js"
import { awayText, middleOfMonth, nearestDate } from "../../explorer/views/common/nearest_date.js"
import { arrange, GAP, spectrumHeight, TILES } from "../../explorer/views/sentinel2/arrange.js"

// What both grids take up, CSS pixels.
const taken = ({ edge, columns, beside }, bar) => {
  const rows = TILES / columns
  const [wide, high] = [columns * edge + (columns - 1) * GAP.across, rows * edge + (rows - 1) * GAP.down]
  return beside ? [2 * wide, high] : [wide, 2 * high + bar]
}

test("the pictures fit their room, whatever it is", () => {
  for (let width = 300; width <= 2600; width += 37) {
    for (let height = 220; height <= 1400; height += 41) {
      const room = { width, height, bar: 32 }
      const found = arrange(room)
      const [wide, high] = taken(found, room.bar)
      assert.ok(found.edge >= 44, JSON.stringify(room))
      if (found.edge > 44) assert.ok(wide <= width && high <= height, JSON.stringify({ room, found }))
    }
  }
})

test("more room never makes them smaller", () => {
  for (let width = 300; width <= 2600; width += 23) {
    for (let height = 220; height <= 1400; height += 29) {
      const { edge } = arrange({ width, height, bar: 32 })
      assert.ok(arrange({ width: width + 1, height, bar: 32 }).edge >= edge)
      assert.ok(arrange({ width, height: height + 1, bar: 32 }).edge >= edge)
      assert.ok(arrange({ width: width + 310, height: height + 170, bar: 32 }).edge >= edge)
    }
  }
})

test("a wide panel has its two grids beside each other, a narrow one below", () => {
  assert.deepEqual(arrange({ width: 1380, height: 500, bar: 32 }), { edge: 164, columns: 4, beside: true })
  assert.deepEqual(arrange({ width: 440, height: 400, bar: 32 }), { edge: 69, columns: 6, beside: false })
  assert.equal(arrange({ width: 360, height: 844, bar: 32 }).beside, false)
})

test("the spectrum keeps what it needs, and not more", () => {
  assert.deepEqual([300, 700, 2000].map(spectrumHeight), [140, 189, 360])
})

test("a click means the pixel of the picture that it hits", () => {
  // As `profiles.to_pf`: the 3 m pixel at the centre of a 10 m pixel.
  for (let own = 0; own < 60; own++) {
    const wanted = Math.floor(((own + 0.5) * 10) / 3)
    for (const share of [0, 0.5, 0.999]) assert.equal(middleOfPixel(((own + share) * 10) / 3 + 1e-9, 60), wanted)
  }
  for (let own = 0; own < 200; own++) assert.equal(middleOfPixel(own, 200), own)
  assert.deepEqual([middleOfPixel(200, 200), middleOfPixel(200, 60), middleOfPixel(-3, 60)], [199, 198, 1])
})

test("the date that stands beside a month is the nearest to its middle that is there", () => {
  const dates = ["2018-06-27", "2018-07-02", "2018-07-12", "2018-07-17"]
  const all = dates.map(() => status.THERE)
  const july = middleOfMonth(6)
  assert.deepEqual(nearestDate(dates, all, july), { index: 3, days: 2 })
  assert.deepEqual(nearestDate(dates, [1, 1, 1, status.BROKEN], july), { index: 2, days: 3 })
  assert.deepEqual(nearestDate(dates, [1, 2, 2, 2], july), { index: 0, days: 18 })
  assert.deepEqual(nearestDate(["2018-07-13", "2018-07-17"], [1, 1], july), { index: 0, days: 2 }) // the earlier of two
  assert.equal(nearestDate(dates, [2, 2, 2, 2], july).index, -1)
  assert.equal(nearestDate([], [], july).index, -1)
  assert.deepEqual(
    [0, 1, 12].map((days) => awayText(days, 6)),
    ["mid-Jul", "1 day from mid-Jul", "12 days from mid-Jul"],
  )
})
