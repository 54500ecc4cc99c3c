// The timeline: which dates are there, which one is shown, which one it is compared with, and the range that plays.

import { element, fitCanvas, gapText, longDate, MONTHS, placeBeside, status } from "../../browser/shared.js"

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

/**
 * What is known of a date: its kind, the share that is gap-filled, and both in words.
 * @param {any} state
 * @param {number} i
 */
export const dateState = ({ status: now, reasons, gaps, gapsKnown, settled }, i) => {
  const share = gaps?.[i] ?? 0
  if (now[i] === status.ABSENT) return { kind: "missing", share: 0, text: "missing: the corpus has no chip" }
  if (now[i] === status.BROKEN)
    return { kind: "missing", share: 0, text: `missing: its chip cannot be shown: ${reasons[i] ?? "broken"}` }
  if (now[i] !== status.THERE) return { kind: "waiting", share: 0, text: "loading" }
  if (share > 0) return { kind: "filled", share, text: `there, ${gapText(share)}` }
  const unknown = settled && !gapsKnown ? "; gap-filling: loading" : gaps ? ", all of it measured" : ""
  return { kind: "there", share: 0, text: `there${unknown}` }
}
/**
 * What the quality layers say of a date, by their own names: the mean over its pixels.
 * @param {Record<string, Array<number | null>> | null} means
 * @param {number} i
 */
export const qualityText = (means, i) =>
  Object.entries(means ?? {}).flatMap(([name, values]) =>
    values[i] === null || values[i] === undefined
      ? []
      : [`${name.replaceAll("_", " ")}: ${Number(values[i].toPrecision(3))} on average`],
  )

/**
 * How much is gap-filled of one date, or of each of two; nothing where nothing is.
 * @param {Array<number | null | undefined>} shares 0 to 1
 */
export const gapsText = (shares) => {
  if (shares.length < 2 || shares.some((share) => share === null || share === undefined))
    return shares.map(gapText).filter(Boolean).join(", ")
  const percents = shares.map((share) => gapText(share).replace(" gap-filled", "") || "0 %")
  return shares.some((share) => share > 0) ? `${percents.join(" and ")} gap-filled` : ""
}

// A date and how much of it is gap-filled, or two dates and the change between them. What is not yet known must not look like measured.
export const dateLabel = ({ dates, gaps, gapsKnown, settled }, index, minus = -1) => {
  if (!dates[index]) return []
  const all = minus < 0 ? [index] : [index, minus]
  const filled = settled && !gapsKnown ? "gaps: loading" : gapsText(all.map((i) => gaps?.[i]))
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
  const tip = element("div", { class: "tip", role: "tooltip", "aria-label": "Date at the pointer", hidden: true })
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
      there: css("--date-there"),
      waiting: css("--date-waiting"),
      absent: css("--date-missing"),
      broken: css("--date-broken"),
      gap: css("--date-gap"),
      text: css("--muted"),
      now: css("--ink"),
      other: css("--focus"),
      change: css("--date-change"),
    }
    if (!width) measure()
    const context = fitCanvas(el, width, height)
    const { n, unit, at } = geometry()
    if (!model.dates.length) return
    // Forms tell states apart as well as colours, and no mark is paler than can be seen: what does not play is lower, what is missing
    // is a line at the foot, what is still to be drawn a box.
    const wide = Math.max(unit - 0.8, 0.7)
    for (let i = 0; i < n; i++) {
      const now = model.status[i],
        x = EDGE + i * unit,
        plays = i >= model.range[0] && i <= model.range[1]
      const tall = now === status.ABSENT ? 3 : plays ? 10 : 5
      context.fillStyle =
        {
          [status.THERE]: model.ready(i) ? colours.there : colours.waiting,
          [status.ABSENT]: colours.absent,
          [status.BROKEN]: colours.broken,
        }[now] ?? colours.waiting
      if (now === undefined || now === status.WAITING)
        context.fillRect(x, 12, wide, 2) // half way up: still to come
      else context.fillRect(x, 18 - tall, wide, tall)
      const gap = model.gaps?.[i] ?? 0
      if (gap > 0 && now === status.THERE) {
        const part = Math.max(2, tall * gap)
        context.clearRect(x, 18 - tall + part, wide, 1)
        context.fillStyle = colours.gap
        context.fillRect(x, 18 - tall, wide, part)
      }
    }
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
    if (model.change >= 0) {
      context.fillStyle = colours.change
      context.beginPath()
      context.moveTo(at(model.change), 19)
      context.lineTo(at(model.change) + 5, 27)
      context.lineTo(at(model.change) - 5, 27)
      context.fill()
      context.fillRect(at(model.change) - 1, 6, 2, 14)
    }
    if (model.other >= 0) cursor(model.other, colours.other)
    cursor(model.index, colours.now)
    el.setAttribute("aria-valuemax", n - 1)
    el.setAttribute("aria-valuenow", model.index)
    el.setAttribute("aria-valuetext", model.dates[model.index] ?? "")
    el.setAttribute(
      "aria-description",
      [dateState(model, model.index).text, model.changeText].filter(Boolean).join(". "),
    )
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
    unpoint()
    el.setPointerCapture(event.pointerId)
    act(event, false)
  })
  el.addEventListener("pointermove", (event) => {
    if (drag) {
      act(event, false)
      return
    }
    if (!last?.dates.length) return
    point(indexAt(event), event)
  })
  // Above the timeline, so that it covers none of it.
  const point = (i, { clientX }) => {
    const change = i === last.change || (last.change >= 0 && Math.abs(i - last.change) * geometry().unit <= 5)
    tip.replaceChildren(
      element("b", {}, longDate(last.dates[i])),
      ...[dateState(last, i).text, ...qualityText(last.means, i), ...(change ? [last.changeText] : [])].map((text) =>
        element("div", {}, text),
      ),
    )
    tip.hidden = false
    const { top } = el.getBoundingClientRect()
    placeBeside(tip, clientX, top, top)
  }
  const unpoint = () => {
    tip.hidden = true
  }
  el.addEventListener("pointerleave", unpoint)
  el.addEventListener("keydown", unpoint) // Escape among them
  el.addEventListener("pointerup", (event) => {
    if (drag) act(event, true)
    drag = null
  })
  el.addEventListener("pointercancel", () => {
    drag = null
  })
  return {
    el,
    tip,
    draw,
    measure,
    again: () => {
      colours = null
      if (last) draw(last)
    },
  }
}
