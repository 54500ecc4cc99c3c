// The timeline: which dates are there, which one is shown, which one it is compared with, and the range that plays.

import { element, fitCanvas, gapText, longDate, MONTHS, status } from "../../browser/shared.js"

// Why a date has no picture; nothing where it has one, or it is still to come.
export const lackText = ({ dates, status: now, reasons }, i) => {
  if (now[i] === status.ABSENT) return `No chip on ${longDate(dates[i])}`
  return now[i] === status.BROKEN ? `Chip of ${longDate(dates[i])} cannot be shown: ${reasons[i] ?? "broken"}` : ""
}
// How much of what is to play is here, while it plays and the rest still comes.
export const earlyText = ({ playing, dates, settled, readyMarked, range: [from, to] }, here) =>
  playing && !(settled && readyMarked) && dates.length
    ? `${here} of ${Math.min(to, dates.length - 1) - from + 1} dates ${here === 1 ? "is" : "are"} here; the others play as they come`
    : ""

// A date and how much of it is gap-filled, or two dates and the change between them. What is not yet known must not look like measured.
export const dateLabel = ({ dates, gaps, gapsKnown, settled }, index, minus = -1) => {
  if (!dates[index]) return []
  const all = minus < 0 ? [index] : [index, minus]
  const filled =
    settled && !gapsKnown
      ? "gaps: loading"
      : all
          .map((i) => gapText(gaps?.[i]))
          .filter(Boolean)
          .join(", ")
  return [all.map((i) => longDate(dates[i])).join(" minus "), ...(filled ? [element("small", {}, filled)] : [])]
}

// What the timeline's handles do by pointer: [ and ] begin and end what plays at the date shown, again at the ends;
// shift and arrows move the compared date.
export const handleByKey = ({ key, shiftKey }, { range: [from, to], index, other, dates }, compared) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key],
    last = dates.length - 1
  if (key === "[") return { range: [from === index ? 0 : index, Math.max(to, index)] }
  if (key === "]") return { range: [Math.min(from, index), to === index ? last : index] }
  return shiftKey && by && compared ? { other: Math.min(last, Math.max(0, other + by)) } : null
}

export const makeTimeline = ({ onSeek, onCompare, onRange, root }) => {
  const el = element("canvas", {
    class: "timeline",
    tabindex: 0,
    role: "slider",
    "aria-label": "Acquisition date",
    "aria-valuemin": 0,
    "aria-keyshortcuts": "[ ] Shift+ArrowLeft Shift+ArrowRight",
  })
  const EDGE = 6
  const contrast = window.matchMedia("(forced-colors: active)")
  let plain = contrast.matches
  let last = null,
    drag = null,
    colours = null,
    width = 0,
    height = 0

  const css = (name) => getComputedStyle(root()).getPropertyValue(name).trim()
  const geometry = () => {
    const n = Math.max(last?.dates.length ?? 0, 1)
    const unit = (width - 2 * EDGE) / n
    return { n, unit, at: (i) => EDGE + (i + 0.5) * unit }
  }

  const measure = () => {
    width = el.clientWidth
    height = el.clientHeight
  }

  // `model`: dates, status, ready (has a frame), marks (a fraction that is gap-filled, by date), index, other, range
  const draw = (model) => {
    last = model
    const high = contrast.matches // the system's own colours
    if (high !== plain) {
      plain = high
      colours = null
    }
    colours ??= {
      there: css("--accent"),
      waiting: css("--muted"),
      absent: css("--absent"),
      broken: css("--bad"),
      text: css("--muted"),
      now: css("--ink"),
      other: css("--focus"),
      gap: css("--gap"),
    }
    if (!width) measure()
    const context = fitCanvas(el, width, height)
    const { n, unit, at } = geometry()
    if (!model.dates.length) return
    for (let i = 0; i < n; i++) {
      const now = model.status[i]
      context.fillStyle =
        now === status.THERE
          ? colours.there
          : now === status.ABSENT
            ? colours.absent
            : now === status.BROKEN
              ? colours.broken
              : colours.waiting
      context.globalAlpha =
        (now === status.THERE && !model.ready(i) ? 0.4 : 1) * (i < model.range[0] || i > model.range[1] ? 0.35 : 1)
      // A date that is still to come is a dash half way up, one that is missing a stump on the ground.
      const [top, tall] = { [status.ABSENT]: [15, 3], [status.WAITING]: [12, 2] }[now] ?? [8, 10]
      context.fillRect(EDGE + i * unit, top, Math.max(unit - 0.8, 0.7), tall)
      const gap = model.gaps?.[i] ?? 0
      if (gap > 0 && now === status.THERE) {
        context.fillStyle = colours.gap
        context.fillRect(EDGE + i * unit, 8, Math.max(unit - 0.8, 0.7), Math.max(2, 10 * gap))
      }
    }
    context.globalAlpha = 1
    context.fillStyle = colours.text
    context.font = "12px system-ui, sans-serif"
    context.textBaseline = "top"
    model.dates.forEach((iso, i) => {
      const [year, month] = iso.split("-").map(Number)
      const before = i ? Number(model.dates[i - 1].split("-")[1]) : 0
      if (month !== before && (month - 1) % 3 === 0) {
        context.fillRect(EDGE + i * unit, 20, 1, 3)
        context.fillText(month === 1 ? String(year) : MONTHS[month - 1], EDGE + i * unit + 3, 20)
      }
    })
    for (const [i, way] of [
      [model.range[0], 1],
      [model.range[1], -1],
    ]) {
      const x = at(i) - (way * unit) / 2
      context.fillStyle = colours.now
      context.fillRect(x - 1, 6, 2, 14)
      context.fillRect(way > 0 ? x : x - 4, 6, 4, 2)
      context.fillRect(way > 0 ? x : x - 4, 18, 4, 2)
    }
    const cursor = (i, colour) => {
      context.fillStyle = colour
      context.fillRect(at(i) - 1, 2, 2, 18)
      context.beginPath()
      context.moveTo(at(i) - 5, 0)
      context.lineTo(at(i) + 5, 0)
      context.lineTo(at(i), 6)
      context.fill()
    }
    if (model.other >= 0) cursor(model.other, colours.other)
    cursor(model.index, colours.now)
    el.setAttribute("aria-valuemax", n - 1)
    el.setAttribute("aria-valuenow", model.index)
    el.setAttribute("aria-valuetext", model.dates[model.index] ?? "")
  }

  const indexAt = (event) => {
    const { n, unit } = geometry()
    return Math.min(n - 1, Math.max(0, Math.floor((event.clientX - el.getBoundingClientRect().left - EDGE) / unit)))
  }
  const grabbed = (event) => {
    const { unit, at } = geometry()
    const x = event.clientX - el.getBoundingClientRect().left
    const near = (place, reach) => Math.abs(x - place) <= reach
    if (near(at(last.index), 5)) return "now"
    if (last.other >= 0 && near(at(last.other), 6)) return "other"
    // The ends' handles are to be had where they have been moved, or right at the ends.
    if (near(at(last.range[0]) - unit / 2, last.range[0] ? 5 : 3)) return "from"
    if (near(at(last.range[1]) + unit / 2, last.range[1] < last.dates.length - 1 ? 5 : 3)) return "to"
    return event.altKey && last.other >= 0 ? "other" : "now"
  }
  const act = (event, settled) => {
    const index = indexAt(event)
    if (drag === "other") onCompare(index)
    else if (drag === "from") onRange([Math.min(index, last.range[1]), last.range[1]])
    else if (drag === "to") onRange([last.range[0], Math.max(index, last.range[0])])
    else onSeek(index, settled)
  }
  el.addEventListener("pointerdown", (event) => {
    if (!last?.dates.length) return
    drag = grabbed(event)
    el.setPointerCapture(event.pointerId)
    act(event, false)
  })
  el.addEventListener("pointermove", (event) => {
    if (drag) {
      act(event, false)
      return
    }
    if (!last?.dates.length) return
    const i = indexAt(event),
      gap = gapText(last.gaps?.[i])
    const now = last.status[i] === status.WAITING ? "loading" : gap
    el.title = lackText(last, i) || longDate(last.dates[i]) + (now && `: ${now}`)
  })
  el.addEventListener("pointerup", (event) => {
    if (drag) act(event, true)
    drag = null
  })
  el.addEventListener("pointercancel", () => {
    drag = null
  })
  return {
    el,
    draw,
    measure,
    again: () => {
      colours = null
      if (last) draw(last)
    },
  }
}
