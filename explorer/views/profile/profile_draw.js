// Turns curves into the columns of the charts' parts, and those into marks; in "year against year" both years have the first one's dates.

import { areas, bars, dots, labels, lines, numbers, onFrame } from "../../browser/chart_marks.js"
import { inkOn, plainArray } from "../../browser/shared.js"

export const YEAR_MS = 365 * 86_400_000,
  SECOND_YEAR = Date.UTC(2019, 0, 1)
export const CHARTS = ["bands", "index"]
export const FLAG = { MISSING: 0, MEASURED: 1, GAP_FILLED: 2, NODATA: 3 }
/** Parts of a chart over time, back to front: from their columns to marks. */
export const PARTS = {
  spread: (c, at) => areas(c, at, { opacity: 0.13 }),
  behind: lines,
  lines,
  pf: (c, at) =>
    dots({ x: c.date, y: c.value, fill: (i) => c.fill[i], edge: (i) => c.colour[i], alpha: c.alpha }, at, {
      radius: 1.8,
      width: 0.9,
    }),
  s2: (c, at) => [
    ...bars({ x0: c.left, x1: c.right, y0: c.value, y1: c.value, colour: (i) => c.colour[i] }, at, {
      width: 1.6,
      opacity: 0.6,
    }),
    ...dots(
      {
        x: c.date,
        y: c.value,
        fill: (i) => c.colour[i],
        edge: (i) => c.fill[i],
        alpha: c.alpha,
        sign: (i) => c.marker[i],
      },
      at,
      { radius: 4, width: 0.8 },
    ),
  ],
  smooth: lines,
  missing: (c, at) => bars({ ...c, colour: () => "#8b989f" }, onFrame(at), { width: 2 }),
  waiting: (c, at) => bars({ ...c, colour: () => "var(--muted)" }, onFrame(at), { width: 1.5 }),
  breaks(c, at) {
    const y = (value) => c.date.map(() => value)
    const edge = onFrame(at)
    return [
      ...bars({ x0: c.date, x1: c.date, y0: y(0), y1: y(1), colour: (i) => c.colour[i] }, edge, {
        width: 1.4,
        dash: "dashed",
      }),
      ...labels({ x: c.date, y: y(1), text: c.text, colour: c.colour }, edge, { dx: 3, dy: 12 }),
    ]
  },
  seasons: (c, at) =>
    dots({ x: c.date, y: c.value, fill: (i) => c.colour[i], edge: () => "#ffffff", sign: (i) => c.marker[i] }, at, {
      radius: 5,
      width: 1.2,
    }),
  numbers,
}
/** What the y axis holds of them: all that is drawn, whenever it comes. */
export const EXTENTS = {
  spread: (c) => c.ys.filter((_, i) => c.held[i]),
  behind: (c) => c.ys,
  lines: (c) => c.ys,
  pf: (c) => [c.value],
  s2: (c) => [c.value],
  smooth: (c) => c.ys,
  seasons: (c) => [c.value],
}

const SEASON_MARKS = { start: "triangle", peak: "star", end: "inverted_triangle" }

export const unpackCalendar = (data) =>
  Object.fromEntries(
    ["pf", "s2"].map((sensor) => {
      const { times, left, right, missing, waiting } = data[sensor]
      const [at, from, to] = [times, left, right].map(plainArray)
      return [sensor, { times: at, left: from, right: to, missing, waiting: new Set(waiting) }]
    }),
  )

// A message's curves with their own part of its values: `values`, or `middle`, `low` and `high`; and `flags`.
export const unpackCurves = (data, calendar) => {
  const values = plainArray(data.values),
    flags = plainArray(data.flags)
  let at = 0
  return data.curves.map((entry) => {
    const n = calendar[entry.sensor].times.length
    const part = (i) => values.subarray(at + i * n, at + (i + 1) * n)
    const curve = entry.kind
      ? { ...entry, middle: part(0), low: part(1), high: part(2) }
      : { ...entry, values: part(0), flags: flags?.subarray(at, at + n) }
    at += entry.kind ? 3 * n : n
    return curve
  })
}

export const makeDrawing = (state, set) => {
  const place = (time) => (state.years && time >= SECOND_YEAR ? time - YEAR_MS : time)
  const strength = (time) => (state.years && time < SECOND_YEAR ? 0.42 : 1)
  const ink = (curve) => curve.colour || "var(--muted)"

  // Where a calendar is cut: nowhere, or between the years.
  const parts = (times) => {
    const cut = state.years ? times.findIndex((t) => t >= SECOND_YEAR) : -1
    return cut > 0
      ? [
          [0, cut],
          [cut, times.length],
        ]
      : [[0, times.length]]
  }
  const moved = (times, from, to) => {
    const part = times.subarray(from, to)
    return state.years && times[from] >= SECOND_YEAR ? part.map((t) => t - YEAR_MS) : part
  }
  const columnsOfLines = (curves, { width, dash = null, alpha = 1, of = (c) => c.values }) => {
    const out = { xs: [], ys: [], colour: [], dash: [], width: [], alpha: [] }
    for (const curve of curves) {
      const { times } = state.calendar[curve.sensor]
      for (const [from, to] of parts(times)) {
        out.xs.push(moved(times, from, to))
        out.ys.push(of(curve).subarray(from, to))
        out.colour.push(ink(curve))
        out.dash.push(dash ?? curve.dash)
        out.width.push(width)
        out.alpha.push(alpha * strength(times[from]))
      }
    }
    return out
  }
  const spread = (curves) => {
    const out = { xs: [], ys: [], colour: [], held: [] }
    for (const curve of curves) {
      const { times } = state.calendar[curve.sensor]
      for (const [from, to] of parts(times)) {
        const x = moved(times, from, to)
        let run = []
        const close = () => {
          if (run.length > 1) {
            const back = [...run].reverse()
            out.xs.push([...run, ...back].map((i) => x[i - from]))
            out.ys.push([...run.map((i) => curve.high[i]), ...back.map((i) => curve.low[i])])
            out.colour.push(ink(curve))
            // What the whole sample does to an index may lie outside: a lake in it would flatten every field.
            out.held.push(curve.chart === "bands" || curve.kind !== "sample")
          }
          run = []
        }
        for (let i = from; i < to; i++)
          if (Number.isFinite(curve.low[i])) run.push(i)
          else close()
        close()
      }
    }
    return out
  }
  const columnsOfDots = (curves, sensor) => {
    const { times, left, right } = state.calendar[sensor]
    const out = {
      date: [],
      value: [],
      colour: [],
      fill: [],
      alpha: [],
      marker: [],
      band: [],
      sensor: [],
      who: [],
      flag: [],
    }
    if (sensor === "s2") Object.assign(out, { left: [], right: [] })
    for (const curve of curves) {
      const values = curve.values ?? curve.middle
      for (let i = 0; i < values.length; i++) {
        const flag = curve.flags ? curve.flags[i] : FLAG.MEASURED
        if (!Number.isFinite(values[i]) || (flag !== FLAG.MEASURED && flag !== FLAG.GAP_FILLED)) continue
        out.date.push(place(times[i]))
        out.value.push(values[i])
        out.colour.push(ink(curve))
        out.fill.push(sensor === "s2" || flag === FLAG.GAP_FILLED ? "var(--panel)" : ink(curve))
        out.alpha.push(strength(times[i]))
        out.marker.push(curve.marker)
        out.band.push(curve.label)
        out.sensor.push(sensor)
        out.who.push(curve.who)
        out.flag.push(flag)
        if (sensor === "s2") {
          out.left.push(place(left[i]))
          out.right.push(place(left[i]) + right[i] - left[i])
        }
      }
    }
    return out
  }
  // What is missing stands at the lower edge: a date as a tick, a month as a bar. Made anew only where it is another.
  let gaps = { key: null, data: null }
  const missing = () => {
    const holes = ["pf", "s2"].map((sensor) =>
      [...(state.pins.findLast((c) => c.sensor === sensor && c.flags)?.flags ?? [])].flatMap((flag, i) =>
        flag === FLAG.NODATA ? [i] : [],
      ),
    )
    const key = JSON.stringify([state.years, holes, state.calendar.pf.missing, state.calendar.s2.missing])
    if (gaps.key !== key) gaps = { key, data: ticks() }
    return gaps.data
  }
  const ticks = () => {
    const out = { x0: [], x1: [], y0: [], y1: [], why: [] }
    for (const sensor of ["pf", "s2"]) {
      const { times, left, right } = state.calendar[sensor]
      times.forEach((_, i) => {
        const why = state.why(sensor, i)
        if (!why) return
        const x = place(left[i])
        out.x0.push(x)
        out.x1.push(x + right[i] - left[i])
        out.y0.push(sensor === "pf" ? 0 : 0.07)
        out.y1.push(sensor === "pf" ? 0.05 : 0.07)
        out.why.push(why)
      })
    }
    return out
  }

  // What is still to come is no more than a dot at the edge, a month a short bar a little higher.
  const dotsToCome = () => {
    const out = { x0: [], x1: [], y0: [], y1: [] }
    for (const sensor of ["pf", "s2"]) {
      const { times, left, right } = state.calendar[sensor]
      times.forEach((_, i) => {
        if (!state.waits(sensor, i)) return
        const x = place(left[i]),
          wide = right[i] - left[i]
        out.x0.push(x + 0.4 * wide)
        out.x1.push(x + 0.6 * wide)
        out.y0.push(sensor === "pf" ? 0 : 0.07)
        out.y1.push(sensor === "pf" ? 0.015 : 0.07)
      })
    }
    return out
  }

  // Of several pins, the number of each at the end of its first index.
  const numbered = () => {
    const first = new Map()
    for (const curve of state.pins)
      if (
        curve.chart === "index" &&
        (!first.has(curve.pin) || (curve.sensor === "pf" && first.get(curve.pin).sensor !== "pf"))
      )
        first.set(curve.pin, curve)
    const out = { xs: [], ys: [], colour: [], ink: [], text: [] }
    for (const [pin, curve] of first.size > 1 ? first : []) {
      const { times } = state.calendar[curve.sensor]
      const [from, to] = parts(times).at(-1)
      out.xs.push(moved(times, from, to))
      out.ys.push(curve.values.subarray(from, to))
      out.colour.push(curve.colour)
      out.ink.push(inkOn(curve.colour))
      out.text.push(String(pin))
    }
    return out
  }

  const on = (chart, curves, sensor = null) =>
    curves.filter((c) => c.chart === chart && (!sensor || c.sensor === sensor))
  return {
    place,
    pins() {
      const lacking = missing(),
        toCome = dotsToCome()
      for (const chart of CHARTS) {
        set(`${chart}-lines`, columnsOfLines(on(chart, state.pins, "pf"), { width: 1.6 }))
        set(`${chart}-pf`, columnsOfDots(on(chart, state.pins, "pf"), "pf"))
        set(`${chart}-s2`, columnsOfDots([...on(chart, state.pins, "s2"), ...on(chart, state.regions, "s2")], "s2"))
        set(`${chart}-missing`, lacking)
        set(`${chart}-waiting`, toCome)
      }
      set("index-numbers", numbered())
    },
    over() {
      for (const chart of CHARTS)
        set(`${chart}-smooth`, columnsOfLines(on(chart, state.smooth), { width: 2, dash: "dashed" }))
      const seasons = { date: [], value: [], marker: [], colour: [], what: [] }
      for (const { date, value, what, colour } of state.seasons) {
        seasons.date.push(place(date))
        seasons.value.push(value)
        seasons.marker.push(SEASON_MARKS[what])
        seasons.colour.push(colour)
        seasons.what.push(what)
      }
      set("index-seasons", seasons)
      const breaks = { date: [], text: [], colour: [] }
      for (const { date, step, colour } of state.breaks) {
        breaks.date.push(place(date))
        breaks.text.push(`${step > 0 ? "+" : "−"}${Math.abs(step).toFixed(2)}`)
        breaks.colour.push(colour)
      }
      set("index-breaks", breaks)
    },
    behind() {
      for (const chart of CHARTS) {
        const sample = on(chart, state.sample),
          regions = on(chart, state.regions)
        // A region of both sensors has one band, of the denser one; of the other its means are points.
        const once = regions.filter(
          (c) => c.sensor === "pf" || !regions.some((o) => o.sensor === "pf" && o.who === c.who && o.name === c.name),
        )
        set(`${chart}-spread`, spread([...sample, ...once]))
        const middle = { of: (c) => c.middle }
        const both = [
          columnsOfLines(sample, { width: 1.2, alpha: 0.75, ...middle }),
          columnsOfLines(on(chart, regions, "pf"), { width: 1.8, ...middle }),
        ]
        set(
          `${chart}-behind`,
          Object.fromEntries(Object.keys(both[0]).map((key) => [key, [...both[0][key], ...both[1][key]]])),
        )
      }
    },
  }
}
