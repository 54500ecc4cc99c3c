// Sentinel-2: twelve months in colour, and the twelve bands of one of them. All pictures come once.

export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const SIZE = 60
  const state = { ticket: -1, months: [], bands: [], status: [], reasons: {}, empty: new Set(), pins: [], month: 0, iso: null, rgb: null, grey: null }

  const note = element("div", { class: "note", role: "status" })
  const legend = element("span", { class: "caption" }, "Months of 2018")
  const chosen = element("span", { class: "caption" })
  const tile = (kind, i) => {
    const canvas = element("canvas", { width: SIZE, height: SIZE })
    const over = element("canvas", { class: "over" })
    const text = element("span", { class: "label" })
    const why = element("span", { class: "why" })
    const box = element("button", { type: "button", class: `tile ${kind}` }, element("span", { class: "frame" }, canvas, over, why, text))
    return { box, canvas, over, text, why, i }
  }
  const months = Array.from({ length: 12 }, (_, i) => tile("month", i))
  const bands = Array.from({ length: 12 }, (_, i) => tile("band", i))
  el.append(element("div", { class: "bands" }, note,
    legend, element("div", { class: "tiles", role: "group", "aria-label": "Months" }, ...months.map((t) => t.box)),
    chosen, element("div", { class: "tiles", role: "group", "aria-label": "Bands of the month" }, ...bands.map((t) => t.box))))

  const there = (month) => state.status[month] === status.THERE
  const paint = (t, atlas, x, y, on, why) => {
    const context = t.canvas.getContext("2d")
    context.clearRect(0, 0, SIZE, SIZE)
    if (on && atlas) context.drawImage(atlas, x * SIZE, y * SIZE, SIZE, SIZE, 0, 0, SIZE, SIZE)
    t.why.textContent = on ? "" : why
    t.box.classList.toggle("empty", !on)
  }
  const drawPins = (t, on) => {
    const context = fitCanvas(t.over)
    if (!on) return
    const side = t.over.clientWidth / 200
    const last = state.pins[state.pins.length - 1]
    for (const pin of last ? [last] : []) {
      context.strokeStyle = "rgba(0,0,0,.6)"
      context.lineWidth = 3
      for (const style of ["rgba(0,0,0,.6)", pin.colour]) {
        context.strokeStyle = style
        const x = (pin.col + 0.5) * side, y = (pin.row + 0.5) * side
        context.beginPath()
        for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
          context.moveTo(x + dx * 3, y + dy * 3)
          context.lineTo(x + dx * 9, y + dy * 9)
        }
        context.stroke()
        context.lineWidth = 1.5
      }
    }
  }
  const drawMonths = () => {
    for (const t of months) {
      const why = state.status[t.i] === status.WAITING ? "…" : state.status[t.i] === status.BROKEN ? "broken" : "no mosaic"
      paint(t, state.rgb, t.i, 0, there(t.i), why)
      t.text.textContent = MONTHS[t.i]
      t.box.title = there(t.i) ? `${MONTHS[t.i]} 2018` : `${MONTHS[t.i]} 2018: ${state.reasons[t.i] ?? why}`
      drawPins(t, there(t.i))
    }
    drawBands()
  }
  const drawBands = () => {
    for (const t of months) {
      t.box.setAttribute("aria-pressed", String(t.i === state.month))
      t.box.setAttribute("aria-label", `${MONTHS[t.i]} 2018${there(t.i) ? "" : ", missing"}`)
    }
    const year = state.iso?.slice(0, 4)
    chosen.textContent = `Bands of ${MONTHS[state.month]} 2018` + (year === "2019" ? " (same month; the mosaics end in 2018)" : "")
    for (const t of bands) {
      const band = state.bands[t.i]
      const empty = state.empty.has(`${state.month},${t.i}`)
      paint(t, state.grey, t.i, state.month, there(state.month) && !empty, empty && there(state.month) ? "no data" : "–")
      t.text.replaceChildren(element("b", {}, band?.name ?? ""), band ? ` ${Math.round(band.wavelength)}` : "")
      t.box.title = band ? `${band.name} ${band.title}, ${band.wavelength} nm` : ""
      t.box.setAttribute("aria-label", t.box.title)
      drawPins(t, there(state.month) && !empty)
    }
  }

  const pick = (event) => {
    const box = event.currentTarget.querySelector(".frame").getBoundingClientRect()
    const at = (v, size) => Math.min(SIZE - 1, Math.max(0, Math.floor((v / size) * SIZE)))
    if (event.detail === 0) return null  // pressed by key: no place to pick
    // A click has whole coordinates; half a pixel more is where the pointer is, and a mosaic's pixel is hardly wider.
    return { row: at(event.clientY + 0.5 - box.top, box.height), col: at(event.clientX + 0.5 - box.left, box.width) }
  }
  for (const t of [...months, ...bands]) {
    t.box.addEventListener("click", (event) => {
      if (t.box.classList.contains("month")) page.emit("seek", { time: Date.UTC(2018, t.i, 15) })
      const place = pick(event)
      const shown = t.box.classList.contains("month") ? there(t.i) : there(state.month)
      if (place && shown) model.send_msg({ type: "pick", ...place, add: event.shiftKey || event.ctrlKey || event.metaKey })
    })
  }
  page.on("date", ({ iso }) => {
    if (!iso) return
    const month = Number(iso.slice(5, 7)) - 1
    const changed = month !== state.month || iso.slice(0, 4) !== state.iso?.slice(0, 4)
    state.iso = iso
    state.month = month
    if (changed) drawBands()
  }, gone.signal)

  const bitmap = (bytes) => createImageBitmap(new Blob([bytes], { type: "image/png" }))
  const handlers = {
    open(data) {
      Object.assign(state, { ticket: data.ticket, bands: data.bands, status: new Array(12).fill(status.WAITING), reasons: {}, empty: new Set(), rgb: null, grey: null })
      note.textContent = data.sample ? "reading …" : "Click a sample on the map"
      note.classList.remove("error")
      drawMonths()
    },
    async pictures(data) {
      if (data.ticket !== state.ticket) return
      const [rgb, grey] = await Promise.all([data.rgb ? bitmap(data.rgb) : null, data.grey ? bitmap(data.grey) : null])
      if (data.ticket !== state.ticket) return
      Object.assign(state, { status: data.status, reasons: data.reasons, empty: new Set(data.empty), rgb, grey: grey ?? state.grey })
      const count = data.status.filter((s) => s === status.THERE).length
      note.textContent = count === 0 ? "No Sentinel-2 mosaic of this sample is in the corpus" : count < 12 ? `${count} of 12 months` : ""
      drawMonths()
      mark("bands-drawn", { sample: data.sample, months: count })
    },
    pins(data) { state.pins = data.pins; drawMonths() },
    error(data) {
      if (data.ticket !== state.ticket) return
      note.classList.add("error")
      note.replaceChildren(data.text, element("button", { type: "button", onclick: () => model.send_msg({ type: "retry" }) }, "Try again"))
    },
  }
  model.on("msg:custom", (data) => handlers[data.type]?.(data))
  const resized = new ResizeObserver(drawMonths)
  resized.observe(el)
  model.on("remove", () => { gone.abort(); resized.disconnect() })
  model.send_msg({ type: "ready" })
}
