// The charts over time: draws what comes by message, past Panel's 50 ms of batching; moves their cursor with the animation's date in
// the same frame; says where the animation is to go, and what the values under the pointer are.

import { makeChart } from "../../browser/chart.js"
import { chartsAsSvg, svgAsPng } from "../../browser/chart_picture.js"
import { element, longDate, MONTHS, mark, saveFile } from "../../browser/shared.js"
import { bus, listen } from "../common/talking.js"
import { makeViewTeller } from "../common/view_teller.js"
import { makeChartHeights } from "./chart_heights.js"
import {
  CHARTS,
  EXTENTS,
  FLAG,
  makeDrawing,
  PARTS,
  SECOND_YEAR,
  unpackCalendar,
  unpackCurves,
  YEAR_MS,
} from "./profile_draw.js"
import { makeHover } from "./profile_hover.js"

/** @type {[number, number]} */
const BOTH_YEARS = [Date.UTC(2017, 11, 20), Date.UTC(2020, 0, 10)]
/** @type {[number, number]} */
const ONE_YEAR = [Date.UTC(2017, 11, 26), Date.UTC(2019, 0, 6)]
const LABELS = { bands: "Reflectance over time", index: "Indices over time" }

/** @param {import("../messages").Drawn<"ProfileCharts">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const state = {
    calendar: null,
    pins: [],
    smooth: [],
    sample: [],
    regions: [],
    seasons: [],
    breaks: [],
    years: false,
    drawn: 0,
    now: null,
    ticket: -1,
    failed: { pf: false, s2: false }, // whether a sensor's pictures could not be read
    nameOf(sensor, i) {
      const { times } = this.calendar[sensor]
      return sensor === "pf"
        ? `Planet Fusion ${longDate(new Date(times[i]).toISOString().slice(0, 10))}`
        : `Sentinel-2 ${MONTHS[new Date(times[i]).getUTCMonth()]} ${new Date(times[i]).getUTCFullYear()}`
    },
    // Whether a sensor's date is still to come.
    waits(sensor, i) {
      return !this.failed[sensor] && this.calendar[sensor].waiting.has(i)
    },
    // Why there is no value of a sensor's date, a sentence; or nothing, where there is one (or it is still to come).
    why(sensor, i) {
      const { missing } = this.calendar[sensor]
      const title = this.nameOf(sensor, i)
      if (missing[i]) return `${title}: ${missing[i]}`
      const last = this.pins.findLast((c) => c.sensor === sensor && c.flags)
      return last?.flags[i] === FLAG.NODATA ? `${title}: no data at this pixel` : ""
    },
  }
  // Year against year, a place on the x axis is in the year that the animation shows.
  const timeAt = (x) => (state.years && state.now?.time >= SECOND_YEAR ? x + YEAR_MS : x)
  let pointer = null // where it is, once it is drawn
  const read = (place) => {
    const waiting = pointer !== null
    pointer = place ?? {}
    if (!waiting)
      requestAnimationFrame(() => {
        const { x, left, top } = pointer
        pointer = null
        const above = (charts.bands.view.shown ? charts.bands : charts.index).host.getBoundingClientRect().top
        move("hover", left === undefined ? hover.hide() : hover.show(x, left, top, above))
      })
  }
  // What a link, or a view of a story, says is seen: shown again as curves come, to which the axes are fitted, until somebody zooms.
  let wish = /** @type {import("../messages").Told["ProfileCharts"]["zoom"] | null} */ (null)
  const showWish = () => {
    if (wish) for (const kind of CHARTS) charts[kind].zoomTo({ x: wish.times, y: wish[kind] })
  }
  const zoom = makeViewTeller(
    () => ({ times: charts.index.zoomed.x, bands: charts.bands.zoomed.y, index: charts.index.zoomed.y }),
    (seen) => model.send_msg({ type: "zoom", ...seen }),
  )
  const box = element("div", { class: "charts" })
  const charts = Object.fromEntries(
    CHARTS.map((kind) => [
      kind,
      makeChart(box, {
        name: kind,
        label: LABELS[kind],
        time: true,
        x: BOTH_YEARS,
        yLabel: kind === "bands" ? "Reflectance" : "NDVI",
        xLabels: kind === "index",
        parts: PARTS,
        extents: EXTENTS,
        fit: kind === "bands" ? { from: 0, least: 0.05 } : { least: 0.6 },
        seek: (x, settled) => page.emit("seek", { time: timeAt(x), settled }),
        hover: read,
        zoomed: (range) => {
          wish = null
          for (const other of CHARTS) if (other !== kind) charts[other].see(range)
          zoom.later()
        },
        step: (key) => page.emit("key", { key }),
      }),
    ]),
  )
  const heights = makeChartHeights(
    box,
    CHARTS.map((kind) => ({ name: kind, label: LABELS[kind], host: charts[kind].host })),
    model.bus,
  )
  const drawing = makeDrawing(state, (short, data) => {
    const [kind, part] = short.split("-")
    charts[kind].set(part, data)
  })
  const hover = makeHover(state, drawing.place)
  const loading = element("div", { class: "loading", role: "status", hidden: true }, "Loading …")
  box.append(loading)
  el.append(box, hover.box)
  // That nothing is drawn is no news while it comes.
  const tellLoading = () => {
    const comes = ["pf", "s2"].some((sensor) => !state.failed[sensor] && state.calendar?.[sensor].waiting.size)
    loading.hidden = Boolean(state.pins.length) || !comes
  }
  page.on(
    "reading-failed",
    (sensor) => {
      state.failed[sensor] = true
      tellLoading()
    },
    gone.signal,
  )

  const move = (what, place) => {
    for (const chart of Object.values(charts)) chart.move(what, place)
  }
  const arrange = ({ label, bands, years }) => {
    charts.index.name(label)
    charts.bands.show(bands)
    heights.arrange()
    if (years === state.years) return
    state.years = years
    for (const chart of Object.values(charts)) chart.span(years ? ONE_YEAR : BOTH_YEARS, !years)
    if (state.now) move("cursor", drawing.place(state.now.time))
  }

  page.on(
    "date",
    (detail) => {
      if (!detail.iso) return
      state.now = detail
      tellLoading()
      move("cursor", drawing.place(detail.time))
    },
    gone.signal,
  )

  // The server says what the picture's title, legend and credits are; asked for once it is wanted.
  page.on("save", ({ format }) => model.send_msg({ type: "save", format }), gone.signal)

  listen(model, {
    zoom(data) {
      wish = data
      showWish()
      zoom.known()
    },
    calendar(data) {
      state.calendar = unpackCalendar(data)
      state.failed = { pf: false, s2: false }
      tellLoading()
    },
    async save({ format, about }) {
      const shown = Object.values(charts).filter((chart) => chart.view.shown)
      const line = state.now ? [`Upright line: the date of the animation, ${longDate(state.now.iso)}.`] : []
      const picture = chartsAsSvg(
        shown.map((chart) => chart.picture()),
        { ...about, notes: [...line, ...about.notes] },
        el,
      )
      saveFile(
        `${about.file}.${format}`,
        format === "svg" ? new Blob([picture.text], { type: "image/svg+xml" }) : await svgAsPng(picture),
      )
    },
    curves(data) {
      if (data.fresh) for (const chart of Object.values(charts)) chart.forget()
      const again = data.show.years !== state.years
      arrange(data.show)
      Object.assign(state, { ticket: data.ticket, drawn: state.drawn + 1, pins: unpackCurves(data, state.calendar) })
      const over = state.smooth.length || state.seasons.length || state.breaks.length
      Object.assign(state, { smooth: [], seasons: [], breaks: [] })
      tellLoading()
      drawing.pins()
      if (over) drawing.over() // of the pins as they were: nothing of it may stay
      if (again) drawing.behind()
      showWish()
      for (const label of data.marks) mark(label, data.detail)
    },
    over(data) {
      if (data.ticket !== state.ticket) return
      Object.assign(state, {
        drawn: state.drawn + 1,
        smooth: unpackCurves(data, state.calendar),
        seasons: data.seasons,
        breaks: data.breaks,
      })
      drawing.over()
      mark("profile-overlays", { ticket: data.ticket })
    },
    behind(data) {
      const curves = unpackCurves(data, state.calendar)
      const regions = state.regions.length
      Object.assign(state, {
        drawn: state.drawn + 1,
        sample: curves.filter((c) => c.kind !== "region"),
        regions: curves.filter((c) => c.kind === "region"),
      })
      drawing.behind()
      if (regions || state.regions.length) drawing.pins() // Sentinel-2's means are points beside the pins'
      mark("profile-behind", { sample: state.sample.length, regions: state.regions.length })
    },
  })
  model.on("remove", () => {
    gone.abort()
    zoom.stop()
    heights.remove()
    for (const chart of Object.values(charts)) chart.remove()
  })
  model.send_msg({ type: "ready" })
}
