// Date and values of all curves under the pointer, in one small table beside it; made here, without the server.

import { element, longDate, MONTHS, placeBeside } from "../../browser/shared.js"
import { FLAG, YEAR_MS } from "./profile_draw.js"

export const makeHover = (state, place) => {
  const box = element("div", { class: "hover", role: "tooltip", "aria-label": "Values at the pointer", hidden: true })
  let shown = ""

  const nearest = (times, time) => {
    let best = 0
    for (let i = 1; i < times.length; i++) if (Math.abs(times[i] - time) < Math.abs(times[best] - time)) best = i
    return best
  }
  const day = (time) => longDate(new Date(time).toISOString().slice(0, 10))
  const month = (time) => `${MONTHS[new Date(time).getUTCMonth()]} ${new Date(time).getUTCFullYear()}`

  // What the table has columns for: a date of Planet Fusion (one a year, year against year), the month of Sentinel-2.
  const columns = (x) => {
    const { pf, s2 } = state.calendar
    const dates = state.years ? [x, x + YEAR_MS] : [x]
    const found = dates.map((time) => {
      const i = nearest(pf.times, time)
      return { sensor: "pf", i, head: day(pf.times[i]) }
    })
    const i = s2.left.findIndex(
      (left, k) => found[0] && pf.times[found[0].i] >= left && pf.times[found[0].i] < s2.right[k],
    )
    if (i >= 0) found.push({ sensor: "s2", i, head: `S2 ${month(s2.times[i])}` })
    return found
  }
  const number = (curve, value) =>
    Number.isFinite(value) ? value.toFixed(curve.chart === "bands" ? 4 : 3).replace("-", "−") : "–"
  const text = (curve, i) =>
    curve.middle
      ? Number.isFinite(curve.middle[i])
        ? `${number(curve, curve.middle[i])} (${number(curve, curve.low[i])} to ${number(curve, curve.high[i])})`
        : "–"
      : curve.flags && curve.flags[i] !== FLAG.MEASURED && curve.flags[i] !== FLAG.GAP_FILLED
        ? "–"
        : number(curve, curve.values[i]) + (curve.flags?.[i] === FLAG.GAP_FILLED ? " ○" : "")

  // A row for each curve of a pin, a region or the sample; what is smoothed stands in the row of what it smooths.
  const fill = (heads) => {
    const rows = new Map()
    const add = (curve, what, role = curve.sensor) => {
      const key = [what, curve.chart, curve.pin, curve.who, curve.name].join("|")
      if (!rows.has(key)) rows.set(key, { what, curve, cells: {} })
      rows.get(key).cells[role] = curve
    }
    for (const curve of state.pins) add(curve, "")
    for (const curve of state.smooth) add(curve, "", "smooth")
    for (const curve of state.sample) add(curve, curve.kind)
    for (const curve of state.regions) add(curve, "mean")
    if (state.smooth.length)
      heads = heads.flatMap((head) =>
        head.sensor === "pf" ? [head, { ...head, role: "smooth", head: "smooth" }] : [head],
      )
    const pins = new Set(state.pins.map((curve) => curve.pin))
    const body = [...rows.values()].map(({ what, curve, cells }) => {
      const swatch = element("i")
      swatch.style.background = curve.colour || "var(--muted)"
      const ofPin = pins.size < 2 ? "" : `${curve.pin} ${curve.who}` // as it is numbered in the images
      const who = what === "sample" ? "sample" : what === "class" || what === "mean" ? curve.who : ofPin
      return element(
        "tr",
        {},
        element("th", {}, swatch, [curve.name, who].filter(Boolean).join(" · ")),
        ...heads.map(({ sensor, role, i }) => {
          const cell = cells[role ?? sensor]
          return element("td", {}, cell ? text(cell, i) : "")
        }),
      )
    })
    const why = heads
      .filter(({ role }) => !role)
      .map(
        ({ sensor, i }) =>
          state.why(sensor, i) || (state.waits(sensor, i) ? `${state.nameOf(sensor, i)}: loading` : ""),
      )
      .filter(Boolean)
    const gap = body.some((row) => row.textContent.includes("○")) ? ["○ gap-filled"] : []
    const many =
      rows.size && (state.sample.length || state.regions.length)
        ? ["in brackets: 10th to 90th percentile of the pixels"]
        : []
    box.replaceChildren(
      element(
        "table",
        {},
        element("tr", {}, element("th"), ...heads.map(({ head }) => element("td", {}, head))),
        ...body,
      ),
      ...[...why, ...gap, ...many].map((line) => element("p", {}, line)),
    )
  }

  return {
    box,
    // The date that is nearest to a place on the x axis, where the chart draws it; null where nothing is drawn.
    show(x, left, top, above) {
      if (!state.calendar || !state.pins.length) return this.hide()
      const heads = columns(x)
      const key = JSON.stringify([heads, state.drawn])
      if (key !== shown) fill(heads)
      shown = key
      box.hidden = false
      placeBeside(box, left, top, above) // above the charts it covers none of them
      return place(state.calendar.pf.times[heads[0].i])
    },
    hide() {
      box.hidden = true
      return null
    },
  }
}
