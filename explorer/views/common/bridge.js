// The charts over time: brings data straight into their sources, past Panel's 50 ms of batching; moves their cursor with
// the animation's date in the same frame; says where the animation is to go, and what the values under the pointer are.

import { makeFeeding } from "../animation/feeding.js"
import {
  CHARTS,
  dressChart,
  FLAG,
  makeDrawing,
  SECOND_YEAR,
  unpackCalendar,
  unpackCurves,
  YEAR_MS,
} from "../profile/profile_draw.js"
import { makeHover } from "../profile/profile_hover.js"
import { makeLayer } from "../profile/profile_layer.js"
import { chartsAsSvg, svgAsPng } from "../profile/profile_save.js"
import { bokehModel, bus, longDate, MONTHS, mark, saveFile } from "./shared.js"

export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const { name, set, fit, forget } = makeFeeding(model)
  const chart = (kind) => bokehModel(name(`${kind}-chart`))
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
    look: { ink: "#0f2a33", muted: "#4a5a64", line: "#9aa7b0", grid: "#dfe5e9", panel: "#ffffff" },
    now: null,
    ticket: -1,
    // Why there is no value of a sensor's date, a sentence; or nothing, where there is one (or it is still to come).
    why(sensor, i) {
      const { times, missing } = this.calendar[sensor]
      const title =
        sensor === "pf"
          ? `Planet Fusion ${longDate(new Date(times[i]).toISOString().slice(0, 10))}`
          : `Sentinel-2 ${MONTHS[new Date(times[i]).getUTCMonth()]} ${new Date(times[i]).getUTCFullYear()}`
      if (missing[i]) return `${title}: ${missing[i]}`
      const last = this.pins.findLast((c) => c.sensor === sensor && c.flags)
      return last?.flags[i] === FLAG.NODATA ? `${title}: no data at this pixel` : ""
    },
  }
  const layers = Object.fromEntries(CHARTS.map((kind) => [kind, makeLayer(kind, name)]))
  const drawing = makeDrawing(
    state,
    (short, data) => {
      const [kind, part] = short.split("-")
      if (layers[kind].has(part)) layers[kind].set(part, data)
      else set(short, data)
    },
    () => {
      for (const layer of Object.values(layers)) layer.draw()
    },
  )
  const hover = makeHover(state, drawing.place)
  el.append(hover.box)

  const move = (what, place) => {
    for (const layer of Object.values(layers)) layer.move(what, place)
  }
  const fitAll = () => {
    fit("bands", drawing.extent("bands"), { from: 0, least: 0.05 })
    fit("index", drawing.extent("index"), { least: 0.6 })
  }
  const wear = () => {
    for (const kind of CHARTS) {
      layers[kind].wear(state.look)
      if (chart(kind)) dressChart(chart(kind), state.look)
    }
  }
  const arrange = ({ label, bands, years }) => {
    bokehModel(name("index-axis"))?.setv({ axis_label: label }, { sync: false })
    const upper = chart("bands")
    if (upper && upper.visible !== bands) upper.setv({ visible: bands }, { sync: false })
    if (years === state.years) return
    state.years = years
    const range = bokehModel(name("range-time"))
    const [start, end] = years
      ? [Date.UTC(2017, 11, 26), Date.UTC(2019, 0, 6)]
      : [Date.UTC(2017, 11, 20), Date.UTC(2020, 0, 10)]
    range?.setv({ start, end, bounds: [start, end], reset_start: start, reset_end: end }, { sync: false })
    for (const kind of CHARTS)
      bokehModel(name(`${kind}-dates`))?.setv(
        years ? { days: "%d %b", months: "%b", years: "%b" } : { days: "%d %b %Y", months: "%b %Y", years: "%b %Y" },
        { sync: false },
      )
    if (state.now) move("cursor", drawing.place(state.now.time))
  }

  page.on(
    "date",
    (detail) => {
      if (!detail.iso) return
      state.now = detail
      move("cursor", drawing.place(detail.time))
    },
    gone.signal,
  )

  // Year against year, a place on the x axis is in the year that the animation shows.
  const timeAt = (x) => (state.years && state.now?.time >= SECOND_YEAR ? x + YEAR_MS : x)
  let pointer = null
  page.on(
    "chart",
    ({ act, kind, x, sx, sy }) => {
      if (act === "seek" || act === "drag") {
        page.emit("seek", { time: timeAt(x), settled: act === "seek" })
        return
      }
      const waiting = pointer !== null
      const range = bokehModel(name("range-time"))
      pointer = act === "leave" || !range || x < range.start || x > range.end ? {} : { kind, x, sx, sy }
      if (!waiting)
        requestAnimationFrame(() => {
          const at = pointer
          pointer = null
          const view = at.kind && Bokeh.index.find_one(chart(at.kind))
          if (!view) {
            move("hover", hover.hide())
            return
          }
          const box = view.el.getBoundingClientRect()
          const upper = Bokeh.index.find_one(CHARTS.map(chart).find((c) => c.visible)).el.getBoundingClientRect()
          move("hover", hover.show(at.x, box.x + at.sx, box.y + at.sy, upper.y))
        })
    },
    gone.signal,
  )

  // The server says what the picture's title, legend and credits are; asked for once it is wanted.
  page.on("save", ({ format }) => model.send_msg({ type: "save", format }), gone.signal)

  const handlers = {
    calendar(data) {
      state.calendar = unpackCalendar(data)
    },
    async save({ format, about }) {
      const charts = CHARTS.map(chart).filter((c) => c?.visible)
      const line = state.now ? [`Upright line: the date of the animation, ${longDate(state.now.iso)}.`] : []
      const drawn = await Promise.all(
        charts.map((model) =>
          layers[model.name.split("-")[0]].lend(() => Bokeh.index.find_one(model).export("svg").canvas),
        ),
      )
      const picture = chartsAsSvg(drawn, { ...about, notes: [...line, ...about.notes] }, state.look)
      const blob = format === "svg" ? new Blob([picture.text], { type: "image/svg+xml" }) : await svgAsPng(picture)
      saveFile(`${about.file}.${format}`, blob)
    },
    look(data) {
      state.look = data.look
      wear()
      if (state.calendar) {
        drawing.pins()
        drawing.behind()
        drawing.over()
      }
    },
    curves(data) {
      if (data.fresh) forget()
      const again = data.show.years !== state.years
      arrange(data.show)
      Object.assign(state, { ticket: data.ticket, drawn: state.drawn + 1, pins: unpackCurves(data, state.calendar) })
      const over = state.smooth.length || state.seasons.length || state.breaks.length
      Object.assign(state, { smooth: [], seasons: [], breaks: [] })
      drawing.pins()
      if (over) drawing.over() // of the pins as they were: nothing of it may stay
      if (again) drawing.behind()
      fitAll()
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
      fitAll()
      mark("profile-behind", { sample: state.sample.length, regions: state.regions.length })
    },
  }
  model.on("msg:custom", (data) => handlers[data.type]?.(data))
  model.on("remove", () => gone.abort())
  model.send_msg({ type: "ready" })
}
