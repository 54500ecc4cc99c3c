// Brings the pins' spectra into their chart, and shows those of the animation's date.

export function render({ model }) {
  const page = bus(model)
  const gone = new AbortController()
  const { set, fit, forget } = makeFeeding(model)
  let now = null  // { index, iso, time }
  let spectra = null
  let shown = 0, later = 0  // when the spectra were last drawn, and the timer of the next time

  const show = () => {
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
    // Dots against wavelength cost a repaint of their chart: ten times a second is as much as an eye reads.
    clearTimeout(later)
    const wait = 100 - (performance.now() - shown)
    if (wait <= 0) show()
    else later = setTimeout(show, wait)
  }, gone.signal)

  const handlers = {
    spectra(data) {
      if (data.fresh) forget()
      spectra = data
      // One scale for all dates: a spectrum that grows in spring has to look as if it grew.
      fit("spectrum", data.pins.flatMap((pin) => [...pin.s2, ...pin.pf]), { from: 0, least: 0.05 })
      show()
    },
  }
  model.on("msg:custom", (data) => handlers[data.type]?.(data))
  model.on("remove", () => { gone.abort(); clearTimeout(later) })
  model.send_msg({ type: "ready" })
}
