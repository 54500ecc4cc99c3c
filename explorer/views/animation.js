// Planet Fusion in the browser: compressed frames come once, in the order wanted; play, scrub and step need no server.

export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const SPEEDS = [1, 2, 5, 10, 15, 25, 30]
  const state = {
    ticket: -1, paint: -1, dates: [], times: [], frames: [], versions: [], status: [], reasons: {},
    index: 0, shown: -1, playing: false, loop: true, speed: 10, pins: [], bounds: null, error: null,
    pending: 0, settled: false, firstMarked: false, readyMarked: false, hover: null, done: 0, total: 0,
  }

  // --- what is on the screen -------------------------------------------------------------------
  const button = (label, text, action, extra = {}) =>
    element("button", { type: "button", "aria-label": label, title: label, onclick: action, ...extra }, text)
  // Drawn, not typed: fonts lack these signs, or show them as coloured emoji.
  const PATHS = {
    first: "M3 3h2v10H3zM13 3v10L6 8z", last: "M11 3h2v10h-2zM3 3v10l7-5z", previous: "M11 3v10L4 8z", next: "M5 3v10l7-5z",
    play: "M4 2.5v11L13.5 8z", pause: "M4 3h3v10H4zM9 3h3v10H9z",
    loop: "M8 3a5 5 0 0 1 4.6 3H11v1.5h4V3.4h-1.4v1.5A6.5 6.5 0 0 0 1.6 7h1.5A5 5 0 0 1 8 3zm0 10a5 5 0 0 1-4.6-3H5V8.5H1v4.1h1.4v-1.5A6.5 6.5 0 0 0 14.4 9h-1.5A5 5 0 0 1 8 13z",
  }
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
    for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: 14, height: 14, fill: "currentColor", "aria-hidden": "true" })) svg.setAttribute(key, value)
    path.setAttribute("d", PATHS[name])
    svg.append(path)
    return svg
  }
  const image = element("canvas", { class: "image", width: 200, height: 200, role: "img", "aria-label": "Planet Fusion image" })
  const over = element("canvas", { class: "over" })
  const dateLabel = element("div", { class: "date", "aria-live": "off" })
  const scale = element("div", { class: "scale" }, element("span", {}, "100 m"))
  const north = element("div", { class: "north", "aria-hidden": "true" }, "N")
  const readout = element("div", { class: "readout" })
  const message = element("div", { class: "message", role: "status" })
  const stage = element("div", { class: "stage", tabindex: 0, "aria-label": "Planet Fusion image; click to choose a pixel" },
    image, over, dateLabel, north, scale, readout, message)
  const well = element("div", { class: "well" }, stage)
  const timeline = element("canvas", {
    class: "timeline", tabindex: 0, role: "slider", "aria-label": "Acquisition date", "aria-valuemin": 0,
  })
  const play = button("Play", icon("play"), () => setPlaying(!state.playing), { class: "play" })
  const loop = button("Loop", icon("loop"), () => setLoop(!state.loop), { "aria-pressed": "true" })
  const speed = element("select", { "aria-label": "Frames per second", title: "Frames per second" },
    ...SPEEDS.map((value) => element("option", { value, selected: value === state.speed }, `${value} /s`)))
  speed.addEventListener("change", () => { state.speed = Number(speed.value); anchor() })
  const composites = [["true", "True colour"], ["false", "False colour (NIR)"]].map(([value, text]) =>
    button(text, text, () => model.send_msg({ type: "composite", value }), { "data-value": value, "aria-pressed": "false" }))
  const progress = element("div", { class: "progress", role: "status" })
  const clear = button("Remove all pins but the last", "Clear pins", () => model.send_msg({ type: "clear" }), { hidden: true })
  const root = element("div", { class: "stack" },
    element("div", { class: "bar" }, element("div", { class: "segments", role: "group", "aria-label": "Composite" }, ...composites), clear, progress),
    well,
    timeline,
    element("div", { class: "controls" },
      button("First date", icon("first"), () => seek(firstThere(), true)),
      button("Previous date", icon("previous"), () => step(-1)),
      play,
      button("Next date", icon("next"), () => step(1)),
      button("Last date", icon("last"), () => seek(lastThere(), true)),
      loop, speed))
  el.append(root)

  // --- drawing ---------------------------------------------------------------------------------
  const there = (i) => state.status[i] === status.THERE
  const firstThere = () => Math.max(0, state.status.indexOf(status.THERE))
  const lastThere = () => Math.max(0, state.status.lastIndexOf(status.THERE))

  const draw = () => {
    const context = image.getContext("2d")
    const frame = state.frames[state.index]
    if (frame) {
      if (image.width !== frame.width) { image.width = frame.width; image.height = frame.height }
      context.drawImage(frame, 0, 0)
      state.shown = state.index
      if (!state.firstMarked) {
        state.firstMarked = true
        mark("first-frame", { sample: state.sample, index: state.index })
      }
    } else if (!state.playing || state.shown < 0) {
      // Nothing to see at this date: never leave another date's picture under this date's name.
      context.clearRect(0, 0, image.width, image.height)
      state.shown = -1
    }
    const iso = state.dates[state.index]
    dateLabel.textContent = iso ? longDate(iso) : ""
    showMessage()
    timeline.setAttribute("aria-valuenow", state.index)
    timeline.setAttribute("aria-valuetext", iso ?? "")
    drawTimeline()
  }

  const showMessage = () => {
    let text = "", retry = false
    const now = state.status[state.index]
    if (state.error) { text = state.error; retry = true }
    else if (!state.dates.length) text = "Click a sample on the map"
    else if (now === status.ABSENT) text = `No chip on ${longDate(state.dates[state.index])}`
    else if (now === status.BROKEN) text = `Chip of ${longDate(state.dates[state.index])} cannot be shown: ${state.reasons[state.index] ?? "broken"}`
    else if (!state.frames[state.index]) text = "Loading …"
    if (message.dataset.text === text) return
    message.dataset.text = text
    message.replaceChildren(text)
    message.hidden = !text
    if (retry) message.append(button("Try again", "Try again", () => model.send_msg({ type: "retry" })))
  }

  const drawOver = () => {
    const context = fitCanvas(over)
    const side = over.clientWidth / 200
    for (const pin of state.pins) {
      drawCross(context, (pin.col + 0.5) * side, (pin.row + 0.5) * side, Math.max(side / 2, 2), pin.colour)
    }
    scale.style.width = `${over.clientWidth / 6}px`
  }

  const css = (name) => getComputedStyle(root).getPropertyValue(name).trim()
  let colours = null
  const drawTimeline = () => {
    colours ??= { there: css("--accent"), waiting: css("--line"), absent: css("--absent"), broken: css("--bad"), text: css("--muted"), now: css("--ink") }
    const context = fitCanvas(timeline)
    const n = state.dates.length
    if (!n) return
    const width = timeline.clientWidth - 12, x0 = 6, unit = width / n
    for (let i = 0; i < n; i++) {
      const now = state.status[i]
      const ready = state.frames[i]
      context.fillStyle = now === status.THERE ? colours.there : now === status.ABSENT ? colours.absent : now === status.BROKEN ? colours.broken : colours.waiting
      context.globalAlpha = now === status.THERE && !ready ? 0.4 : 1
      const tall = now === status.ABSENT ? 3 : 10
      context.fillRect(x0 + i * unit, 8 + (10 - tall), Math.max(unit - 0.8, 0.7), tall)
    }
    context.globalAlpha = 1
    context.fillStyle = colours.text
    context.font = "10px system-ui, sans-serif"
    context.textBaseline = "top"
    state.dates.forEach((iso, i) => {
      const [year, month] = iso.split("-").map(Number)
      const before = i ? Number(state.dates[i - 1].split("-")[1]) : 0
      if (month !== before && (month - 1) % 3 === 0) {
        context.fillRect(x0 + i * unit, 20, 1, 3)
        context.fillText(month === 1 ? String(year) : MONTHS[month - 1], x0 + i * unit + 3, 20)
      }
    })
    const x = x0 + (state.index + 0.5) * unit
    context.fillStyle = colours.now
    context.fillRect(x - 1, 2, 2, 18)
    context.beginPath()
    context.moveTo(x - 5, 0); context.lineTo(x + 5, 0); context.lineTo(x, 6)
    context.fill()
  }

  // --- time ------------------------------------------------------------------------------------
  let lastSent = 0, sendTimer = 0
  const tell = (settled) => {
    clearTimeout(sendTimer)
    // While it plays, once a second is enough for the server to know; while a person scrubs, ten times.
    const wait = settled ? 0 : (state.playing ? 1000 : 100) - (performance.now() - lastSent)
    const send = () => {
      lastSent = performance.now()
      model.send_msg({ type: "date", index: state.index, settled, ticket: state.ticket })
    }
    if (wait <= 0) send()
    else sendTimer = setTimeout(send, wait)
  }

  const seek = (index, settled) => {
    if (!state.dates.length) return
    state.index = Math.min(Math.max(index, 0), state.dates.length - 1)
    draw()
    page.emit("date", { index: state.index, iso: state.dates[state.index], time: state.times[state.index] })
    tell(settled)
    if (settled) anchor()
  }

  const step = (direction) => {
    setPlaying(false)
    let i = state.index + direction
    while (i >= 0 && i < state.dates.length && state.settled && !there(i)) i += direction
    if (i >= 0 && i < state.dates.length) seek(i, true)
  }

  let start = 0, startIndex = 0
  const anchor = () => { start = performance.now(); startIndex = playable().indexOf(state.index) }
  const playable = () => state.frames.flatMap((frame, i) => (frame ? [i] : []))

  const tick = (now) => {
    if (!state.playing) return
    const list = playable()
    if (list.length > 1) {
      if (startIndex < 0 || list.length !== tick.length_) {  // frames still come: go on from where we are
        tick.length_ = list.length
        start = now
        startIndex = Math.max(0, list.findIndex((i) => i >= state.index))
      }
      let position = startIndex + Math.floor((now - start) * state.speed / 1000)
      if (position >= list.length && !state.loop) {
        seek(list[list.length - 1], true)
        setPlaying(false)
        return
      }
      const index = list[position % list.length]
      if (index !== state.index) seek(index, false)
    }
    requestAnimationFrame(tick)
  }

  const setPlaying = (playing) => {
    if (playing === state.playing) return
    state.playing = playing
    play.replaceChildren(icon(playing ? "pause" : "play"))
    play.setAttribute("aria-label", playing ? "Pause" : "Play")
    play.title = playing ? "Pause (space)" : "Play (space)"
    if (playing) {
      if (!state.loop && state.index === lastThere()) seek(firstThere(), false)
      anchor()
      requestAnimationFrame(tick)
    } else tell(true)
  }
  const setLoop = (value) => { state.loop = value; loop.setAttribute("aria-pressed", String(value)) }

  // --- pointer and keys ------------------------------------------------------------------------
  const pixelAt = (event) => {
    const box = over.getBoundingClientRect()
    const at = (v, size) => Math.min(199, Math.max(0, Math.floor((v / size) * 200)))
    return { row: at(event.clientY - box.top, box.height), col: at(event.clientX - box.left, box.width) }
  }
  stage.addEventListener("click", (event) => {
    if (event.target.closest("button") || !state.dates.length) return
    const pixel = pixelAt(event)
    performance.mark("explorer:pixel-clicked")
    model.send_msg({ type: "pick", ...pixel, add: event.shiftKey || event.ctrlKey || event.metaKey })
  })
  stage.addEventListener("pointermove", (event) => {
    if (!state.bounds) return
    const { row, col } = pixelAt(event)
    const [left, , , top] = state.bounds
    readout.textContent = `row ${row}, col ${col} · E ${(left + 3 * col + 1.5).toFixed(0)} N ${(top - 3 * row - 1.5).toFixed(0)} m`
  })
  stage.addEventListener("pointerleave", () => { readout.textContent = "" })
  const scrub = (event, settled) => {
    const box = timeline.getBoundingClientRect()
    const index = Math.floor(((event.clientX - box.left - 6) / (box.width - 12)) * state.dates.length)
    seek(index, settled)
  }
  timeline.addEventListener("pointerdown", (event) => {
    setPlaying(false)
    timeline.setPointerCapture(event.pointerId)
    scrub(event, false)
  })
  timeline.addEventListener("pointermove", (event) => { if (timeline.hasPointerCapture(event.pointerId)) scrub(event, false) })
  timeline.addEventListener("pointerup", (event) => { scrub(event, true) })
  root.addEventListener("keydown", (event) => {
    if (event.target.closest("select")) return
    const act = { ArrowLeft: () => step(-1), ArrowRight: () => step(1), Home: () => seek(firstThere(), true), End: () => seek(lastThere(), true) }[event.key]
    if (act) { act(); event.preventDefault() }
    else if (event.key === " " && !event.target.closest("button")) { setPlaying(!state.playing); event.preventDefault() }
  })
  page.on("seek", ({ time, index }) => {
    if (!state.times.length) return
    setPlaying(false)
    if (index === undefined) {
      let best = Infinity
      state.times.forEach((t, i) => {
        if (Math.abs(t - time) < best && (there(i) || !state.settled)) { best = Math.abs(t - time); index = i }
      })
    }
    if (index !== undefined) seek(index, true)
  }, gone.signal)

  // --- what the server sends -------------------------------------------------------------------
  const decode = async (bytes, index, paint, ticket) => {
    state.pending++
    try {
      const frame = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }))
      if (ticket !== state.ticket || paint < (state.versions[index] ?? -1)) { frame.close(); return }
      state.frames[index]?.close()
      state.frames[index] = frame
      state.versions[index] = paint
      if (index === state.index) draw()
    } finally {
      state.pending--
      if (state.pending === 0) { drawTimeline(); checkReady() }
    }
  }
  const checkReady = () => {
    if (state.settled && state.pending === 0 && !state.readyMarked && state.status.every((s, i) => s !== status.THERE || state.frames[i])) {
      state.readyMarked = true
      mark("animation-ready", { sample: state.sample, frames: playable().length })
    }
  }
  const handlers = {
    open(data) {
      for (const frame of state.frames) frame?.close()
      Object.assign(state, {
        ticket: data.ticket, sample: data.sample, dates: data.dates, times: data.dates.map((iso) => Date.parse(`${iso}T10:30:00Z`)),
        frames: new Array(data.dates.length).fill(null), versions: [], status: new Array(data.dates.length).fill(0), reasons: {},
        index: data.index, shown: -1, bounds: data.bounds, error: null, settled: false, firstMarked: false, readyMarked: false,
      })
      timeline.setAttribute("aria-valuemax", Math.max(0, data.dates.length - 1))
      progress.textContent = "reading …"
      setPlaying(false)
      draw()
      page.emit("date", { index: state.index, iso: state.dates[state.index], time: state.times[state.index] })
      mark("sample-selected", { sample: data.sample })
    },
    frames(data) {
      if (data.ticket !== state.ticket) return
      let offset = 0
      data.indices.forEach((index, k) => {
        state.status[index] = status.THERE
        decode(data.bytes.slice(offset, offset + data.sizes[k]), index, data.paint, data.ticket)
        offset += data.sizes[k]
      })
    },
    status(data) {
      if (data.ticket !== state.ticket) return
      state.status = Array.from(new Uint8Array(data.status))
      Object.assign(state.reasons, data.reasons)
      state.settled = data.settled
      const count = state.status.filter((s) => s === status.THERE).length
      const lacking = state.status.filter((s) => s === status.ABSENT || s === status.BROKEN).length
      progress.textContent = data.settled ? (lacking ? `${count} of ${data.total} dates` : "") : `${data.done} / ${data.total}`
      progress.title = data.settled && lacking ? `${lacking} dates are missing or broken` : ""
      draw()
      checkReady()
    },
    composite(data) {
      for (const item of composites) item.setAttribute("aria-pressed", String(item.dataset.value === data.value))
    },
    pins(data) {
      state.pins = data.pins
      clear.hidden = data.pins.length < 2
      drawOver()
    },
    seek(data) { if (data.ticket === state.ticket) { setPlaying(false); seek(data.index, true) } },
    error(data) { if (data.ticket === state.ticket) { state.error = data.text; progress.textContent = ""; draw() } },
  }
  model.on("msg:custom", (data) => handlers[data.type]?.(data))

  const resized = new ResizeObserver(() => {
    const side = Math.floor(Math.min(well.clientWidth, well.clientHeight))
    stage.style.width = stage.style.height = `${Math.max(side, 40)}px`
    drawOver()
    drawTimeline()
  })
  resized.observe(well)
  model.on("remove", () => { gone.abort(); resized.disconnect(); setPlaying(false) })
  model.send_msg({ type: "ready" })
  mark("ready")
}
