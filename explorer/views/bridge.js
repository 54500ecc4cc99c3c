// Brings data straight into the page's Bokeh charts, and moves what follows the animation's date in the same frame.

export function render({ model }) {
  const page = bus(model)
  const gone = new AbortController()
  const name = (short) => `${short}-${model.bus}`
  let now = null  // { index, iso, time }
  let spectra = null
  let shown = 0, later = 0  // when the spectra were last drawn, and the timer of the next time

  const set = (short, data) => {
    const source = bokehModel(name(short))
    if (source) source.setv({ data }, { sync: false })
    return source
  }

  // The y axis fits the data, but keeps what a person has zoomed to until another sample comes.
  const fitted = new Map()
  const fit = (short, values, { from = null, least }) => {
    const range = bokehModel(name(`range-${short}`))
    let low = Infinity, high = -Infinity
    for (const list of values) for (const v of list) if (Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v) }
    if (!range || low > high) return
    const last = fitted.get(short)
    if (last && (range.start !== last.start || range.end !== last.end)) return
    const span = high - (from ?? low)
    const pad = Math.max(span * 0.08, (least - span) / 2)
    const to = { start: from ?? low - pad, end: high + pad }
    range.setv({ ...to, reset_start: to.start, reset_end: to.end }, { sync: false })
    fitted.set(short, to)
  }

  const showSpectra = () => {
    if (!spectra || !now) return
    shown = performance.now()
    const month = Number(now.iso.slice(5, 7)) - 1
    const lines = { xs: [], ys: [], colour: [] }
    const dots = { wavelength: [], reflectance: [], fill: [], edge: [], band: [], sensor: [] }
    const add = (pin, sensor, { names, wavelengths }, values, fill) =>
      wavelengths.forEach((wavelength, i) => {
        if (!Number.isFinite(values[i])) return
        const row = { wavelength, reflectance: values[i], fill, edge: pin.colour, band: names[i], sensor }
        for (const [column, value] of Object.entries(row)) dots[column].push(value)
      })
    for (const pin of spectra.pins) {
      const s2 = pin.s2[month]
      const measured = spectra.s2.wavelengths.map((_, i) => i).filter((i) => Number.isFinite(s2[i]))
      lines.xs.push(measured.map((i) => spectra.s2.wavelengths[i]))
      lines.ys.push(measured.map((i) => s2[i]))
      lines.colour.push(pin.colour)
      add(pin, "Sentinel-2", spectra.s2, s2, pin.colour)
      add(pin, "Planet Fusion", spectra.pf, pin.pf[now.index], "#ffffff")
    }
    set("spectrum-lines", lines)
    set("spectrum-dots", dots)
  }

  page.on("date", (detail) => {
    if (!detail.iso) return
    now = detail
    for (const short of ["cursor-reflectance", "cursor-ndvi"]) {
      bokehModel(name(short))?.setv({ location: detail.time }, { sync: false })
    }
    // Dots against wavelength cost a repaint of their chart: ten times a second is as much as an eye reads.
    clearTimeout(later)
    const wait = 100 - (performance.now() - shown)
    if (wait <= 0) showSpectra()
    else later = setTimeout(showSpectra, wait)
  }, gone.signal)

  const handlers = {
    sources(data) {
      if (data.fresh) fitted.clear()
      for (const [short, columns] of Object.entries(data.sources)) set(short, columns)
      const of = (kind) => [...data.sources[`${kind}-lines`].ys, data.sources[`${kind}-s2`].value, data.sources[`${kind}-pf`].value]
      fit("reflectance", of("reflectance"), { from: 0, least: 0.05 })
      fit("ndvi", of("ndvi"), { least: 0.6 })
      for (const label of data.marks) mark(label, data.detail)
    },
    spectra(data) {
      spectra = data
      // One scale for all dates: a spectrum that grows in spring has to look as if it grew.
      fit("spectrum", data.pins.flatMap((pin) => [...pin.s2, ...pin.pf]), { from: 0, least: 0.05 })
      showSpectra()
    },
  }
  model.on("msg:custom", (data) => handlers[data.type]?.(data))
  model.on("remove", () => gone.abort())
  model.send_msg({ type: "ready" })
}
