// The pins' and regions' spectra: brings them into their chart, and says which months are shown.

import { makeChart } from "../../browser/chart.js"
import { areas, bars, dots, labels, lines, moveApart } from "../../browser/chart_marks.js"
import { chartsAsSvg, svgAsPng } from "../../browser/chart_picture.js"
import { element, MONTHS, mark, placeBeside, plainArray, saveFile } from "../../browser/shared.js"
import { bus, listen, makeChoices } from "../common/talking.js"

const CLASS_INK = "#7d8a92"
const PARTS = {
  class: ({ x, y }, at) => areas({ xs: x.length ? [x] : [], ys: [y], colour: [CLASS_INK] }, at, { opacity: 0.28 }),
  "class-line": lines,
  bars: ({ xs, ys, colour, alpha }, at) =>
    bars(
      {
        x0: xs.map((x) => x[0]),
        x1: xs.map((x) => x[1]),
        y0: ys.map((y) => y[0]),
        y1: ys.map((y) => y[1]),
        colour: (i) => colour[i],
        alpha,
      },
      at,
      { width: 3 },
    ),
  lines,
  dots: (c, at) =>
    dots({ x: c.wavelength, y: c.reflectance, fill: (i) => c.fill[i], edge: (i) => c.edge[i] }, at, {
      radius: 3,
      width: 1.6,
    }),
  labels(c, at) {
    const marks = labels({ x: c.wavelength, y: c.reflectance, text: c.text, colour: c.colour }, at, {})
    const wide = Math.max(0, ...c.text.map((text) => 7.5 * text.length)) + 5
    moveApart(
      marks.map(([, words]) => /** @type {any} */ (words)),
      { top: at.top + 10, bottom: at.bottom },
      13,
      wide,
    )
    return marks
  },
  class_name: (c, at) => labels(c, at, {}),
}

/** @param {import("../messages").Drawn<"Spectrum">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const DASHES = ["solid", "dashed", "dotted", "dotdash"]
  const NEAR_DAYS = 15
  let now = null // { index, iso, time }
  let spectra = null,
    look = { months: [], typical: false, most: 4 },
    typical = null
  let shown = 0,
    later = 0,
    ask = 0 // when the spectra were last drawn, and timers: of the next time, of the class

  // --- the bar -----------------------------------------------------------------------------------
  const choices = makeChoices(model, (data) => {
    look = data
    drawBar()
    askClass()
    show()
  })
  const send = (what) => {
    look = { ...look, ...what } // the next choice may come before the server's answer
    drawBar()
    choices.send({ type: "look", ...what })
  }
  const toggles = MONTHS.map((text, i) =>
    element(
      "button",
      {
        type: "button",
        title: `${text} together with the others`,
        "aria-label": `Spectrum of ${text}`,
        onclick: () =>
          send({
            months: look.months.includes(i + 1) ? look.months.filter((m) => m !== i + 1) : [...look.months, i + 1],
          }),
      },
      text[0],
    ),
  )
  const classes = element(
    "button",
    {
      type: "button",
      title: "What is typical of the sample's largest class: median and 10 to 90 % of other samples",
      "aria-pressed": "false",
      onclick: () => send({ typical: !look.typical }),
    },
    "Class",
  )
  const files = [
    element("button", { type: "button", title: "The chart as PNG", onclick: () => picture("png") }, "PNG"),
    element("button", { type: "button", title: "The chart as SVG", onclick: () => picture("svg") }, "SVG"),
    element(
      "button",
      {
        type: "button",
        title: "The spectra that are shown, as a table",
        onclick: () => model.send_msg({ type: "csv", index: now?.index ?? 0 }),
      },
      "CSV",
    ),
  ]
  const note = element("div", { class: "note", role: "status" })
  const tip = element("div", { class: "hover", role: "tooltip", "aria-label": "Values at the pointer", hidden: true })
  const room = element("div", { class: "room" })
  const chart = makeChart(room, {
    name: "spectrum",
    label: "Spectrum: reflectance against wavelength",
    x: [400, 2500], // nm, until the axes come
    yLabel: "Reflectance",
    xText: (value) => `${value} nm`, // the unit stands at the numbers: a line for it alone would take a fifth of a low plot
    parts: PARTS,
    extents: {
      scale: (lists) => lists,
      class: ({ y }) => [y],
      bars: ({ ys }) => ys,
      lines: ({ ys }) => ys,
      dots: ({ reflectance }) => [reflectance],
    },
    fit: { from: 0, least: 0.05 },
    hover: (place) => read(place),
  })
  const bar = element(
    "div",
    { class: "bar" },
    element("div", { class: "segments", role: "group", "aria-label": "Months of the spectrum" }, ...toggles),
    classes,
    element("div", { class: "segments files", role: "group", "aria-label": "Download the spectrum" }, ...files),
  )
  el.append(element("div", { class: "whole" }, bar, note, room), tip)
  const month = () => (now ? Number(now.iso.slice(5, 7)) : 1)
  const wanted = () => (look.months.length ? look.months : [month()])
  const ofClass = () => (wanted().includes(month()) ? month() : wanted()[0]) // whose class spectrum: one is enough
  const drawBar = () => {
    const chosen = wanted()
    toggles.forEach((item, i) => {
      item.setAttribute("aria-pressed", String(look.months.includes(i + 1)))
      item.classList.toggle("now", i + 1 === month())
      item.disabled = look.months.length >= look.most && !look.months.includes(i + 1)
    })
    classes.setAttribute("aria-pressed", String(look.typical))
    const parts = [`Sentinel-2 ${chosen.map((m) => MONTHS[m - 1]).join(", ")} 2018 ●`, "Planet Fusion ○"]
    if (look.typical) parts.push(typical?.month === ofClass() ? typical.text : "the class is being read …")
    note.textContent = parts.join(" · ")
    note.title = note.textContent
  }

  // --- the chart ---------------------------------------------------------------------------------
  // The date of Planet Fusion beside a month: of the animation, or the nearest to the chosen month's middle.
  const planetDate = (m) => {
    if (look.months.length) return spectra.middles[m - 1] ?? -1
    let best = -1
    spectra.there.forEach((i) => {
      if (best < 0 || Math.abs(i - now.index) < Math.abs(best - now.index)) best = i
    })
    return best >= 0 && Math.abs(best - now.index) * 5 <= NEAR_DAYS ? best : -1
  }
  const show = () => {
    if (!spectra || !now) return
    shown = performance.now()
    const curves = { xs: [], ys: [], colour: [], dash: [], alpha: [] }
    const spans = { xs: [], ys: [], colour: [], alpha: [] }
    const points = {
      wavelength: [],
      reflectance: [],
      fill: [],
      edge: [],
      band: [],
      sensor: [],
      place: [],
      date: [],
      width: [],
      spread: [],
    }
    const words = { wavelength: [], reflectance: [], text: [], colour: [] }
    const months = wanted()
    const add = (place, sensor, { names, wavelengths, widths }, values, spread, date, alpha, fill) =>
      wavelengths.forEach((wavelength, i) => {
        if (!Number.isFinite(values[i])) return
        const [low, high] = spread ? [spread.low[i], spread.high[i]] : []
        const row = {
          wavelength,
          reflectance: values[i],
          fill,
          edge: place.colour,
          band: names[i],
          sensor,
          place: place.name,
          date,
          width: widths[i],
          spread: spread ? `, 10 to 90 %: ${low.toFixed(4)} to ${high.toFixed(4)}` : "",
        }
        for (const [column, value] of Object.entries(row)) points[column].push(value)
        const bar = (xs, ys) => {
          spans.xs.push(xs)
          spans.ys.push(ys)
          spans.colour.push(place.colour)
          spans.alpha.push(alpha * 0.55)
        }
        bar([wavelength - widths[i] / 2, wavelength + widths[i] / 2], [values[i], values[i]])
        if (spread) bar([wavelength, wavelength], [low, high])
      })
    for (const place of spectra.places) {
      months.forEach((m, k) => {
        const alpha = 1 - 0.18 * k
        const s2 = place.s2[m - 1]
        const measured = spectra.s2.wavelengths.map((_, i) => i).filter((i) => Number.isFinite(s2[i]))
        curves.xs.push(measured.map((i) => spectra.s2.wavelengths[i]))
        curves.ys.push(measured.map((i) => s2[i]))
        curves.colour.push(place.colour)
        curves.dash.push(DASHES[k])
        curves.alpha.push(alpha)
        add(
          place,
          "Sentinel-2",
          spectra.s2,
          s2,
          place.spread && { low: place.spread.s2low[m - 1], high: place.spread.s2high[m - 1] },
          `${MONTHS[m - 1]} 2018`,
          alpha,
          place.colour,
        )
        const i = planetDate(m)
        if (i >= 0)
          add(
            place,
            "Planet Fusion",
            spectra.pf,
            place.pf[i],
            place.spread && { low: place.spread.pflow[i], high: place.spread.pfhigh[i] },
            spectra.dates[i],
            alpha,
            "#ffffff",
          )
        const last = measured.at(-1)
        if (last !== undefined && (months.length > 1 || spectra.places.length > 1)) {
          words.wavelength.push(spectra.s2.wavelengths[last] + spectra.s2.widths[last] / 2 + 15)
          words.reflectance.push(s2[last])
          words.text.push(
            [spectra.places.length > 1 ? place.short : "", months.length > 1 ? MONTHS[m - 1] : ""]
              .filter(Boolean)
              .join(" "),
          )
          words.colour.push(place.colour)
        }
      })
    }
    const known = look.typical && typical?.month === ofClass() && typical.median ? typical : null
    const back = known ? [...known.wavelengths].reverse() : []
    chart.set(
      "class",
      known
        ? { x: [...known.wavelengths, ...back], y: [...known.low, ...[...known.high].reverse()] }
        : { x: [], y: [] },
    )
    chart.set(
      "class-line",
      known
        ? { xs: [known.wavelengths], ys: [known.median], colour: [CLASS_INK], width: [1.4] }
        : { xs: [], ys: [], colour: [] },
    )
    chart.set("bars", spans)
    chart.set("lines", curves)
    chart.set("dots", points)
    chart.set("labels", words)
    const [low, high] = chart.view.y // with all of these in it
    chart.set("class_name", {
      x: known ? [1000] : [],
      y: known ? [low + (high - low) * 0.93] : [],
      text: known ? [known.short] : [],
      colour: [CLASS_INK],
    })
  }
  // What the dots under the pointer are, whatever their height.
  const REACH = 8 // CSS pixels
  const read = (place) => {
    const points = chart.columns.dots
    let nearest = null
    for (const wavelength of place && points ? points.wavelength : [])
      if (nearest === null || Math.abs(wavelength - place.x) < Math.abs(nearest - place.x)) nearest = wavelength
    tip.hidden = nearest === null || chart.wide(nearest, place.x) > REACH
    if (tip.hidden) return
    const near = points.wavelength.flatMap((w, i) => (chart.wide(w, nearest) <= REACH / 2 ? [i] : []))
    tip.replaceChildren(
      ...near.map((i) => {
        const dot = element("i")
        dot.style.background = points.edge[i]
        const [value, width] = [points.reflectance[i].toFixed(4), Math.round(points.width[i])]
        return element(
          "div",
          {},
          dot,
          element("b", {}, points.band[i]),
          ` ${value}${points.spread[i]} `,
          element(
            "span",
            {},
            `${Math.round(points.wavelength[i])} nm, ${width} nm wide · ${points.sensor[i]} ${points.date[i]} · ${points.place[i]}`,
          ),
        )
      }),
    )
    placeBeside(tip, place.left, place.top)
  }
  // One scale for all dates: a spectrum that grows in spring has to look as if it grew.
  const scaleToAll = () =>
    chart.set(
      "scale",
      spectra.places.flatMap((place) => [
        ...place.s2,
        ...place.pf,
        ...(place.spread ? [...place.spread.s2high, ...place.spread.pfhigh] : []),
      ]),
    )
  // The class is asked for once the date rests: each month of it costs the server some chips.
  const askClass = () => {
    clearTimeout(ask)
    if (!look.typical || !now || typical?.month === ofClass()) return
    ask = setTimeout(() => model.send_msg({ type: "typical", month: ofClass() }), 250)
  }

  page.on(
    "date",
    (detail) => {
      if (!detail.iso) return
      const changed = detail.iso.slice(0, 7) !== now?.iso.slice(0, 7)
      now = detail
      if (changed) drawBar()
      askClass()
      // Dots against wavelength cost a repaint of their chart: ten times a second is as much as an eye reads.
      clearTimeout(later)
      const wait = 100 - (performance.now() - shown)
      if (wait <= 0) show()
      else later = setTimeout(show, wait)
    },
    gone.signal,
  )

  // --- files -------------------------------------------------------------------------------------
  const save = (blob, ending) => saveFile(`${spectra?.sample ?? "sample"}_spectrum.${ending}`, blob)
  // As the chart draws it, under a title and over whose data it is.
  const picture = async (kind) => {
    if (!spectra) return
    const notes = [
      note.textContent,
      ...spectra.places.map((place) => `${place.short}: ${place.name}`),
      ...spectra.notes,
    ]
    const drawn = chartsAsSvg([chart.picture()], { title: `Spectrum of ${spectra.sample}`, notes }, el)
    save(kind === "svg" ? new Blob([drawn.text], { type: "image/svg+xml" }) : await svgAsPng(drawn), kind)
  }

  // All values came as one array: of each place its months, its dates, and of a region the same again of both ends of its spread.
  const unpack = ({ places, values, ...rest }) => {
    const all = plainArray(values)
    let at = 0
    const rows = (count, { names }) => Array.from({ length: count }, () => all.subarray(at, (at += names.length)))
    const both = () => [rows(MONTHS.length, axes.s2), rows(axes.dates.length, axes.pf)]
    return {
      ...rest,
      ...axes,
      places: places.map((place) => {
        const [s2, pf] = both()
        if (!place.spread) return { ...place, s2, pf, spread: null }
        const [[s2low, pflow], [s2high, pfhigh]] = [both(), both()]
        return { ...place, s2, pf, spread: { s2low, pflow, s2high, pfhigh } }
      }),
    }
  }
  let axes = null
  listen(model, {
    axes(data) {
      axes = data
      const ends = [data.s2, data.pf].flatMap(({ wavelengths, widths }) => wavelengths.map((w, i) => w + widths[i]))
      chart.span([400, Math.max(...ends) + 140]) // room for the labels
    },
    spectra(data) {
      if (data.fresh) {
        chart.forget()
        typical = null
      }
      spectra = unpack(data)
      scaleToAll()
      show()
      drawBar()
      askClass()
      if (data.places.length) mark("spectrum-drawn", { places: data.places.length })
    },
    look: choices.told,
    acknowledged: choices.acknowledged,
    typical(data) {
      typical = data
      show()
      drawBar()
      mark("class-drawn", { month: data.month })
    },
    file(data) {
      save(new Blob([data.text], { type: "text/csv" }), "csv")
    },
  })
  model.on("remove", () => {
    gone.abort()
    chart.remove()
    clearTimeout(later)
    clearTimeout(ask)
  })
  drawBar()
  model.send_msg({ type: "ready" })
}
