// A stand-alone page of few dates, for tests that need no document: its model, and cubes whose values say where they are from.

import { makeCalendar } from "../../explorer/export/page_model.js"
import { makeSelection } from "../../explorer/export/page_selection.js"

const DATES = ["2018-01-03", "2018-02-12", "2018-06-27", "2018-07-02", "2018-07-12", "2018-07-17", "2019-01-03"]
const MONTHS = Array.from({ length: 12 }, (_, i) => `2018-${String(i + 1).padStart(2, "0")}`)
const band = (name, wavelength = 500) => ({ name, title: name, wavelength })

const sampleOf = (id, there) => ({
  id,
  number: 0,
  grid: "EPSG:32633",
  labels: [],
  missing: { "2018-02-12": 'a "hole", so to say' },
  error: { max: 0.0034, rms: 0.00078 },
  planet: { size: 200, bands: ["red", "nir"], there, streams: {} },
  sentinel: { size: 60, bands: ["B04", "B08"], there: [0], streams: {} },
})

/** @param {object} more What is different: `story`, `start`. */
export const modelOf = (more = {}) => ({
  software: "RapidAI4EO explorer",
  citation: "Davis, T.",
  credit: ["© Somebody", "Somebody else"],
  start: 3,
  colours: { pins: ["#1", "#2", "#3"] },
  planet: { dates: DATES, bands: [band("red"), band("nir")] },
  sentinel: { months: MONTHS, bands: [band("B04"), band("B08")] },
  pictures: { true: { title: "True colour" }, false: { title: "False colour" } },
  samples: [sampleOf("one", [0, 2, 3, 5]), sampleOf("two", [6])],
  story: null,
  ...more,
})

const valuesOf = (bands, there, count, value) =>
  Object.fromEntries(
    bands.map((name, b) => [
      name,
      Float64Array.from({ length: count }, (_, i) => (there.includes(i) ? value(i, b) : Number.NaN)),
    ]),
  )

/** Cubes with DN of `1000 * band + 100 * date + row`, of Sentinel-2 `2000 * band + row`; the third date is gap-filled. */
export const cubesOf = ({ planet, sentinel }) => ({
  planet: {
    empty: !planet.there.length,
    has: (index) => planet.there.includes(index),
    gapFilled: (index) => index === 2,
    pixel: (row, _, count) => valuesOf(planet.bands, planet.there, count, (i, b) => 1000 * (b + 1) + 100 * i + row),
  },
  sentinel: {
    empty: !sentinel.there.length,
    has: (index) => sentinel.there.includes(index),
    pixel: (row, _, count) => valuesOf(sentinel.bands, sentinel.there, count, (_i, b) => 2000 * (b + 1) + row),
  },
})

/**
 * A selection, and what it has told of since it was last asked.
 * @param {object} model
 * @param {(sample: object) => Promise<object>} open
 */
export const selectionOf = (model = modelOf(), open = async (sample) => cubesOf(sample)) => {
  const calendar = makeCalendar(model)
  const selection = makeSelection(model, calendar, open)
  let told = []
  for (const change of ["sample", "cubes", "date", "picture", "pins", "step", "playing", "loop"])
    selection.on([change], () => told.push(change))
  const heard = () => {
    const last = told
    told = []
    return last
  }
  return { model, calendar, selection, state: selection.state, heard }
}
