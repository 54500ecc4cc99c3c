// The pins' and regions' spectra: brings them into their chart, and says which months are shown.

import { makeFeeding, plainArray } from "../animation/feeding.js"
import { bokehModel, bus, element, MONTHS, makeChoices, mark, saveFile } from "../common/shared.js"

export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const { name, set, fit, forget } = makeFeeding(model)
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
    fitAll()
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
  el.append(
    element(
      "div",
      { class: "bar" },
      element("div", { class: "segments", role: "group", "aria-label": "Months of the spectrum" }, ...toggles),
      classes,
      element("div", { class: "segments files", role: "group", "aria-label": "Download the spectrum" }, ...files),
    ),
    note,
  )
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
  // Labels at the ends of lines that end close to each other are moved apart, by a line of text.
  const keepApart = (values) => {
    const range = bokehModel(name("range-spectrum"))
    const gap = range ? (range.end - range.start) * 0.05 : 0
    const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b])
    order.forEach((i, k) => {
      if (k) values[i] = Math.max(values[i], values[order[k - 1]] + gap)
    })
  }
  const show = () => {
    if (!spectra || !now) return
    shown = performance.now()
    const lines = { xs: [], ys: [], colour: [], dash: [], alpha: [] }
    const bars = { xs: [], ys: [], colour: [], alpha: [] }
    const dots = {
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
    const labels = { wavelength: [], reflectance: [], text: [], colour: [] }
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
        for (const [column, value] of Object.entries(row)) dots[column].push(value)
        const bar = (xs, ys) => {
          bars.xs.push(xs)
          bars.ys.push(ys)
          bars.colour.push(place.colour)
          bars.alpha.push(alpha * 0.55)
        }
        bar([wavelength - widths[i] / 2, wavelength + widths[i] / 2], [values[i], values[i]])
        if (spread) bar([wavelength, wavelength], [low, high])
      })
    for (const place of spectra.places) {
      months.forEach((m, k) => {
        const alpha = 1 - 0.18 * k
        const s2 = place.s2[m - 1]
        const measured = spectra.s2.wavelengths.map((_, i) => i).filter((i) => Number.isFinite(s2[i]))
        lines.xs.push(measured.map((i) => spectra.s2.wavelengths[i]))
        lines.ys.push(measured.map((i) => s2[i]))
        lines.colour.push(place.colour)
        lines.dash.push(DASHES[k])
        lines.alpha.push(alpha)
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
          labels.wavelength.push(spectra.s2.wavelengths[last] + spectra.s2.widths[last] / 2 + 15)
          labels.reflectance.push(s2[last])
          labels.text.push(
            [spectra.places.length > 1 ? place.short : "", months.length > 1 ? MONTHS[m - 1] : ""]
              .filter(Boolean)
              .join(" "),
          )
          labels.colour.push(place.colour)
        }
      })
    }
    keepApart(labels.reflectance)
    const known = look.typical && typical?.month === ofClass() && typical.median ? typical : null
    if (known) {
      const range = bokehModel(name("range-spectrum"))
      labels.wavelength.push(1000)
      labels.reflectance.push(range ? range.start + (range.end - range.start) * 0.93 : 0)
      labels.text.push(known.short)
      labels.colour.push("#7d8a92")
    }
    const back = known ? [...known.wavelengths].reverse() : []
    set(
      "spectrum-class",
      known
        ? { x: [...known.wavelengths, ...back], y: [...known.low, ...[...known.high].reverse()] }
        : { x: [], y: [] },
    )
    set(
      "spectrum-class-line",
      known ? { xs: [known.wavelengths], ys: [known.median], colour: ["#7d8a92"] } : { xs: [], ys: [], colour: [] },
    )
    set("spectrum-bars", bars)
    set("spectrum-lines", lines)
    set("spectrum-dots", dots)
    set("spectrum-labels", labels)
  }
  // One scale for all dates: a spectrum that grows in spring has to look as if it grew.
  const fitAll = () => {
    if (!spectra) return
    const values = spectra.places.flatMap((place) => [
      ...place.s2,
      ...place.pf,
      ...(place.spread ? place.spread.s2high : []),
    ])
    fit("spectrum", look.typical && typical?.high ? [...values, typical.high] : values, { from: 0, least: 0.05 })
  }
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
  // As the chart draws it (Bokeh repaints it as SVG), under a title and over whose data it is.
  const picture = async (kind) => {
    const chart = bokehModel(name("spectrum-figure"))
    if (!chart || !spectra) return
    const drawing = Bokeh.index.find_one(chart).export("svg").canvas
    const [width, height] = ["width", "height"].map((side) => Number.parseFloat(drawing.getAttribute(side)))
    const SVG = "http://www.w3.org/2000/svg"
    const node = (tag, attributes, text = "") => {
      const made = document.createElementNS(SVG, tag)
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
      made.textContent = text
      return made
    }
    const theme = getComputedStyle(el),
      of = (key, otherwise) => theme.getPropertyValue(key).trim() || otherwise
    const lines = [
      note.textContent,
      ...spectra.places.map((place) => `${place.short}: ${place.name}`),
      ...spectra.notes,
    ]
    const full = height + 34 + 15 * lines.length
    const all = node("svg", {
      xmlns: SVG,
      width,
      height: full,
      viewBox: `0 0 ${width} ${full}`,
      "font-family": "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif",
      "font-size": 10.5,
      fill: of("--ink", "#17262e"),
    })
    drawing.setAttribute("y", 24)
    all.append(
      node("rect", { width, height: full, fill: of("--panel", "#ffffff") }),
      node("text", { x: 8, y: 16, "font-size": 13, "font-weight": 650 }, `Spectrum of ${spectra.sample}`),
      drawing,
      ...lines.map((line, i) =>
        node(
          "text",
          {
            x: 8,
            y: height + 38 + 15 * i,
            textLength: line.length * 5.6 > width - 16 ? width - 16 : line.length * 5.4,
            lengthAdjust: "spacingAndGlyphs",
          },
          line,
        ),
      ),
    )
    const text = new XMLSerializer().serializeToString(all)
    const svg = new Blob([text], { type: "image/svg+xml" })
    if (kind === "svg") {
      save(svg, "svg")
      return
    }
    const image = new Image(),
      url = URL.createObjectURL(svg)
    image.src = url
    await image.decode()
    URL.revokeObjectURL(url)
    const canvas = element("canvas", { width: 2 * width, height: 2 * full })
    canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * full)
    canvas.toBlob((blob) => save(blob, "png"), "image/png")
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
  const handlers = {
    axes(data) {
      axes = data
    },
    spectra(data) {
      if (data.fresh) {
        forget()
        typical = null
      }
      spectra = unpack(data)
      fitAll()
      show()
      drawBar()
      askClass()
      if (data.places.length) mark("spectrum-drawn", { places: data.places.length })
    },
    look: choices.told,
    heard: choices.heard,
    typical(data) {
      typical = data
      fitAll()
      show()
      drawBar()
      mark("class-drawn", { month: data.month })
    },
    file(data) {
      save(new Blob([data.text], { type: "text/csv" }), "csv")
    },
  }
  model.on("msg:custom", (data) => handlers[data.type]?.(data))
  model.on("remove", () => {
    gone.abort()
    clearTimeout(later)
    clearTimeout(ask)
  })
  drawBar()
  model.send_msg({ type: "ready" })
}
