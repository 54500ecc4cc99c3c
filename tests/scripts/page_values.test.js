// The stand-alone page's calendar and timeline, pixels of both sensors, and the values that are taken away.

import assert from "node:assert/strict"
import { test } from "node:test"
import { valuesCsv } from "../../explorer/export/page_files.js"
import { makeCalendar } from "../../explorer/export/page_model.js"
import { ndviOf, pixelAt, toPF, toS2 } from "../../explorer/export/page_pixels.js"
import { indexAt, quarters } from "../../explorer/export/page_timeline.js"
import { modelOf, selectionOf } from "./small_page.js"

test("a date has its month's mosaic, in the second year too, and a month the date in its middle", () => {
  const calendar = makeCalendar(modelOf())
  assert.deepEqual([0, 1, 2, 3, 6].map(calendar.monthOf), [0, 1, 5, 6, 0])
  assert.equal(calendar.dates[calendar.middleOf(6)], "2018-07-17")
  assert.equal(calendar.nearest(Date.parse("2018-07-08")), 4)
  assert.equal(calendar.nearest(0), 0)
})

test("the timeline's quarters have names, and the year its number", () => {
  assert.deepEqual(quarters(modelOf().planet.dates), [
    { index: 0, text: "2018" },
    { index: 3, text: "Jul" },
    { index: 6, text: "2019" },
  ])
})

test("the pointer over the timeline is over one date, its edges free", () => {
  assert.deepEqual(
    [6, 15.9, 16, 105, 106, 0].map((x) => indexAt(x, 112, 10)),
    [0, 0, 1, 9, 10, -1],
  )
})

test("pixels of 3 and of 10 m hold each other's centres", () => {
  assert.deepEqual(toS2({ row: 0, col: 199 }), { row: 0, col: 59 })
  assert.deepEqual(toPF({ row: 59, col: 0 }), { row: 198, col: 1 })
  for (let row = 0; row < 60; row++) assert.equal(toS2(toPF({ row, col: 0 })).row, row)
})

test("a click is on the pixel half a CSS pixel further, and never outside of the picture", () => {
  const box = { left: 10, top: 20, width: 100, height: 200 }
  assert.deepEqual(pixelAt({ clientX: 10, clientY: 20 }, box, 50), { row: 0, col: 0 })
  assert.deepEqual(pixelAt({ clientX: 11.5, clientY: 23.5 }, box, 50), { row: 1, col: 1 })
  assert.deepEqual(pixelAt({ clientX: 500, clientY: -5 }, box, 50), { row: 0, col: 49 })
})

test("NDVI is nothing where a band is, or where both are dark", () => {
  const found = ndviOf(Float64Array.of(3000, Number.NaN, 0, 5), Float64Array.of(1000, 1, 0, -5))
  assert.deepEqual([...found], [0.5, Number.NaN, Number.NaN, Number.NaN])
})

test("the CSV has a line a date, a band and a pin, and says why a value is missing", async () => {
  const { model, selection, state, calendar } = selectionOf()
  await selection.openSample("one")
  selection.pick({ row: 10, col: 20 }, true)
  const lines = valuesCsv(model, state, calendar).trimEnd().split("\n")
  const head = lines.filter((line) => line.startsWith("#"))
  assert.deepEqual(head.slice(0, 2), ["# sample_id: one", "# crs: EPSG:32633"])
  assert.deepEqual(
    head.filter((line) => line.startsWith("# attribution")),
    ["# attribution: © Somebody", "# attribution: Somebody else"],
  )
  const rows = lines.slice(head.length + 1)
  assert.equal(rows.length, 2 * 3 * (7 + 12))
  assert.equal(rows[0], "pin 1,2018-01-03,Planet Fusion,PF-SR,red,0.1100,100,100,measured")
  assert.equal(rows[1], 'pin 1,2018-02-12,Planet Fusion,PF-SR,red,,100,100,"missing: a ""hole"", so to say"')
  assert.equal(rows[2], "pin 1,2018-06-27,Planet Fusion,PF-SR,red,0.1300,100,100,gap-filled")
  assert.equal(rows[4], "pin 1,2018-07-12,Planet Fusion,PF-SR,red,,100,100,missing: not in the corpus")
  assert.ok(rows.includes("pin 2,2018-01-03,Planet Fusion,PF-SR,NDVI,0.3311,10,20,measured"))
  assert.ok(rows.includes("pin 2,2018-01,Sentinel-2,S2-SR,B08,0.4003,3,6,measured"))
  assert.ok(rows.includes("pin 2,2018-02,Sentinel-2,S2-SR,B08,,3,6,missing"))
})

test("a pin's name is no formula for a spreadsheet", async () => {
  const story = {
    states: [{ sample: "one", date: null, pixels: [[1, 2]], names: ["=cmd(),x"], picture: "true" }],
  }
  const { model, selection, state, calendar } = selectionOf(modelOf({ story }))
  await selection.goTo(0)
  assert.match(valuesCsv(model, state, calendar), /^"'=cmd\(\),x",2018-01-03,/m)
})
