// The page: one selection (sample, date, pins, picture), drawn whenever it changes.

const MODEL = JSON.parse(document.getElementById("model").textContent)
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const PINS = MODEL.colours.pins
const TWIN = { blue: "B02", green: "B03", red: "B04", nir: "B08" }
const DAY = 86400000
const when = (iso) => Date.parse(iso.length === 7 ? `${iso}-15` : iso)
const long = (iso) => {
  const [y, m, d] = iso.split("-").map(Number)
  return `${d} ${MONTHS[m - 1]} ${y}`
}
const PF = MODEL.planet.dates,
  S2 = MODEL.sentinel.months
const TIMES = PF.map(when),
  MID = S2.map(when)

const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value)
    else if (value === true) node.setAttribute(key, "")
    else if (value !== false && value !== null) node.setAttribute(key, value)
  }
  node.append(...children)
  return node
}
const button = (label, text, onclick, more = {}) =>
  element("button", { type: "button", "aria-label": label, title: label, onclick, ...more }, text)
const by = (id) => document.getElementById(id)
const mark = (name, detail) =>
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark(`page:${name}`, { detail })))
const swatch = (colour) => {
  const node = element("i")
  node.style.background = colour
  return node
}
const save = (name, type, text) => {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}
const tip = (text, event) => {
  const node = by("tip")
  node.hidden = !text
  if (!text) return
  node.textContent = text
  node.style.left = `${Math.min(event.clientX + 12, innerWidth - node.offsetWidth - 6)}px`
  node.style.top = `${Math.max(event.clientY - node.offsetHeight - 10, 4)}px`
}

const state = {
  sample: null,
  index: 0,
  picture: "true",
  pins: [{ row: 100, col: 100, name: "" }],
  step: -1,
  playing: false,
  loop: true,
  speed: 10,
}
const opened = new Map() // sample id -> its cubes, decoded once
let cubes = null,
  frames = new Map(),
  ticket = 0

// --- the sample -----------------------------------------------------------------------------------
const cubesOf = async (sample) => {
  if (!opened.has(sample.id)) {
    const planet = await PlanetCube.open(sample.planet, bytesOf(`planet-${sample.number}`))
    opened.set(sample.id, {
      planet,
      sentinel: await SentinelCube.open(sample.sentinel, bytesOf(`sentinel-${sample.number}`)),
    })
  }
  return opened.get(sample.id)
}
const openSample = async (id) => {
  const mine = ++ticket,
    sample = MODEL.samples.find((s) => s.id === id)
  if (state.sample?.id === id && cubes) return
  state.sample = sample
  cubes = null
  frames = new Map()
  drawPlace()
  const found = await cubesOf(sample)
  if (mine !== ticket) return
  cubes = found
  if (!state.dated && sample.planet.there.length && !cubes.planet.has(state.index))
    state.index = sample.planet.there.reduce((a, b) => (Math.abs(b - state.index) < Math.abs(a - state.index) ? b : a))
  drawMonths()
  drawAll()
  mark("animation-ready", { sample: id })
}

// --- what the story says ----------------------------------------------------------------------------
const goTo = async (step) => {
  const states = MODEL.story?.states ?? []
  if (!states[step]) return
  state.step = step
  const one = states[step]
  state.dated = one.date !== null
  if (one.date !== null) state.index = one.date
  if (one.pixels.length) state.pins = one.pixels.map(([row, col], i) => ({ row, col, name: one.names[i] ?? "" }))
  state.picture = one.picture in MODEL.pictures ? one.picture : "true"
  frames = new Map()
  drawStory()
  if (state.sample?.id === one.sample && cubes) drawAll()
  else await openSample(one.sample ?? state.sample?.id ?? MODEL.samples[0].id)
}
const drawStory = () => {
  const story = MODEL.story
  if (!story) return
  const one = story.states[state.step],
    host = by("story"),
    last = story.states.length - 1
  const note = element("div", { class: "note", tabindex: 0 }, element("h3", {}, one.title))
  const body = element("div")
  body.innerHTML = one.note // made from Markdown without raw HTML, before it came here
  note.append(body)
  if (one.presenter) {
    const aside = element("aside", { class: "presenter" }, element("b", {}, "For the speaker"))
    const words = element("div")
    words.innerHTML = one.presenter
    aside.append(words)
    note.append(aside)
  }
  host.hidden = false
  host.replaceChildren(
    element(
      "h2",
      {},
      "Story",
      element("small", {}, story.author),
      element("small", { class: "right" }, `${state.step + 1} of ${last + 1}`),
    ),
    note,
    element(
      "div",
      { class: "row" },
      button("Previous step", icon("previous"), () => goTo(state.step - 1), { disabled: state.step === 0 }),
      element(
        "div",
        { class: "steps" },
        ...story.states.map((s, i) =>
          button(`Step ${i + 1}: ${s.title}`, "", () => goTo(i), i === state.step ? { "aria-current": "step" } : {}),
        ),
      ),
      button("Next step", icon("next"), () => goTo(state.step + 1), { disabled: state.step === last }),
    ),
  )
}

// --- place and labels -------------------------------------------------------------------------------
const drawPlace = () => {
  const s = state.sample
  by("samples").replaceChildren(
    ...MODEL.samples.map((one) => {
      const node = button(
        `Sample ${one.id}`,
        "",
        () => {
          state.dated = false
          openSample(one.id)
        },
        { "aria-pressed": String(one === s) },
      )
      node.append(swatch(one.labels[0]?.hex ?? "#82909a"), one.id)
      return node
    }),
  )
  by("where").textContent = `${s.labels[0] ? `${s.labels[0].title} ${percent(s.labels[0].fraction)} · ` : ""}${s.place}`
  const dot = svg("circle", { cx: s.dot[0], cy: s.dot[1], r: 17, fill: "none", stroke: "#d6006c", "stroke-width": 9 })
  const row = (name, value) => [element("dt", {}, name), element("dd", {}, value)]
  by("place").replaceChildren(
    element("h2", {}, "Place"),
    element(
      "div",
      { class: "place" },
      element(
        "dl",
        {},
        ...row("Sample", s.id),
        ...row("Centre", s.place),
        ...row("Footprint", s.footprint),
        ...row("Grid", s.grid),
      ),
      svg(
        "svg",
        { viewBox: MODEL.europe.box, role: "img", "aria-label": `Europe; the sample is at ${s.place}` },
        svg("path", { d: MODEL.europe.path }),
        dot,
      ),
    ),
  )
  by("labels").replaceChildren(
    element(
      "h2",
      {},
      "Labels",
      element("small", {}, "share of the 600 m cell"),
      element("small", { class: "right" }, MODEL.labelSource),
    ),
    s.labels.length
      ? element(
          "ul",
          { class: "bars", tabindex: 0 },
          ...s.labels.map((l) => {
            const bar = swatch(l.hex)
            bar.style.width = `${100 * l.fraction}%`
            return element(
              "li",
              {},
              element("span", { class: "name", title: l.title }, element("b", {}, String(l.code)), ` ${l.title}`),
              element("span", { class: "percent" }, percent(l.fraction)),
              element("span", { class: "track" }, bar),
            )
          }),
        )
      : element("span", { class: "muted" }, "This sample has no label"),
  )
}
const percent = (fraction) => `${(100 * fraction).toFixed(1).replace(/\.0$/, "")} %`

// --- the animation ------------------------------------------------------------------------------------
const image = element("canvas", {
  class: "image",
  width: 200,
  height: 200,
  role: "img",
  "aria-label": "Planet Fusion image",
})
const cross = element("canvas"),
  dateBox = element("div", { class: "date" }),
  readout = element("div", { class: "readout" }),
  absent = element("div", { class: "absent" })
const scale = element("div", { class: "scale" }, element("span", {}, "100 m"))
const stage = element(
  "div",
  { class: "stage", tabindex: 0, "aria-label": "Planet Fusion image; click to choose a pixel" },
  image,
  cross,
  dateBox,
  element("div", { class: "north", "aria-hidden": "true" }, "▲", element("br"), "N"),
  scale,
  readout,
  absent,
)
const well = element("div", { class: "well" }, stage)
const timeline = element("canvas", {
  class: "timeline",
  tabindex: 0,
  role: "slider",
  "aria-label": "Acquisition date",
  "aria-valuemin": 0,
  "aria-valuemax": PF.length - 1,
})
const ICONS = {
  first: "M2 2h2v10H2zM13 2v10L5 7z",
  previous: "M11 2v10L3 7z",
  play: "M3 1.5v11L12.5 7z",
  pause: "M3 2h3v10H3zM8 2h3v10H8z",
  next: "M3 2v10l8-5z",
  last: "M10 2h2v10h-2zM1 2v10l8-5z",
  loop: "M7 2a5 5 0 0 1 4.6 3H13l-2.2 3L8.4 5h1.5A3.4 3.4 0 1 0 10.3 8H12A5 5 0 1 1 7 2z",
}
const icon = (name) => svg("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }))
const play = button("Play", icon("play"), () => setPlaying(!state.playing), { class: "play" })
const loop = button(
  "Loop",
  icon("loop"),
  () => {
    state.loop = !state.loop
    loop.setAttribute("aria-pressed", String(state.loop))
  },
  { "aria-pressed": "true" },
)
const speed = element(
  "select",
  {
    "aria-label": "Speed",
    onchange: () => {
      state.speed = Number(speed.value)
    },
  },
  ...[2, 5, 10, 15, 30].map((n) => element("option", { value: n, selected: n === 10 }, `${n} /s`)),
)
const pictures = element("div", { class: "row", role: "group", "aria-label": "Picture" })

const frameOf = (index) => {
  const known = frames.get(index)
  if (known || !cubes?.planet.has(index)) return known ?? null
  const { bands, gamma } = MODEL.pictures[state.picture]
  const made = paint(cubes.planet.frame(index, bands), state.sample.spans[state.picture], gamma)
  frames.set(index, made)
  return made
}
const drawFrame = () => {
  const context = image.getContext("2d"),
    frame = frameOf(state.index)
  context.clearRect(0, 0, 200, 200)
  if (frame) context.putImageData(frame, 0, 0)
  dateBox.textContent = long(PF[state.index])
  absent.textContent = !cubes
    ? "Unpacking …"
    : frame
      ? ""
      : `Nothing here on this date: ${state.sample.missing[PF[state.index]] ?? "not in the corpus"}`
  timeline.setAttribute("aria-valuenow", state.index)
  timeline.setAttribute("aria-valuetext", PF[state.index])
  drawTimeline()
  for (const chart of [reflectance, ndvi]) chart.cursor(TIMES[state.index])
}
const fit = (canvas) => {
  const dpr = devicePixelRatio || 1,
    width = canvas.clientWidth,
    height = canvas.clientHeight
  if (canvas.width !== Math.round(width * dpr) || canvas.height !== Math.round(height * dpr))
    Object.assign(canvas, { width: Math.round(width * dpr), height: Math.round(height * dpr) })
  const context = canvas.getContext("2d")
  context.setTransform(dpr, 0, 0, dpr, 0, 0)
  context.clearRect(0, 0, width, height)
  return context
}
const drawCross = (context, x, y, half, colour) => {
  for (const [width, ink] of [
    [4, "rgba(0,0,0,.65)"],
    [2, colour],
  ]) {
    context.lineWidth = width
    context.strokeStyle = ink
    context.beginPath()
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]) {
      context.moveTo(x + dx * half, y + dy * half)
      context.lineTo(x + dx * (half + 7), y + dy * (half + 7))
    }
    context.stroke()
  }
}
const drawPins = () => {
  const context = fit(cross),
    unit = stage.clientWidth / 200
  state.pins.forEach((pin, i) => {
    const x = (pin.col + 0.5) * unit,
      y = (pin.row + 0.5) * unit
    drawCross(context, x, y, Math.max(unit / 2, 2), PINS[i])
    if (state.pins.length === 1 && !pin.name) return
    context.font = "600 12px system-ui, sans-serif"
    Object.assign(context, { lineWidth: 3, strokeStyle: "rgba(0,0,0,.65)", fillStyle: "#fff" })
    context.strokeText(pin.name || String(i + 1), x + 8, y - 7)
    context.fillText(pin.name || String(i + 1), x + 8, y - 7)
  })
  for (const over of document.querySelectorAll(".tile .over")) {
    const small = fit(over),
      each = over.clientWidth / 60
    state.pins.forEach((pin, i) => {
      const [row, col] = toS2(pin)
      drawCross(small, (col + 0.5) * each, (row + 0.5) * each, 1.5, PINS[i])
    })
  }
}
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const EDGE = 6
const drawTimeline = () => {
  const context = fit(timeline),
    unit = (timeline.clientWidth - 2 * EDGE) / PF.length
  const colours = {
    there: css("--accent"),
    absent: css("--absent"),
    text: css("--muted"),
    now: css("--ink"),
    gap: css("--gap"),
  }
  PF.forEach((iso, i) => {
    const there = state.sample?.planet.there.includes(i),
      tall = there ? 10 : 3
    context.fillStyle = there ? colours.there : colours.absent
    context.fillRect(EDGE + i * unit, 18 - tall, Math.max(unit - 0.8, 0.7), tall)
    const gap = there && cubes ? (state.sample.gapShares ??= PF.map((_, k) => cubes.planet.gapShare(k)))[i] : 0
    if (gap) {
      context.fillStyle = colours.gap
      context.fillRect(EDGE + i * unit, 8, Math.max(unit - 0.8, 0.7), Math.max(2, 10 * gap))
    }
    const month = Number(iso.slice(5, 7))
    if ((!i || iso.slice(0, 7) !== PF[i - 1].slice(0, 7)) && month % 3 === 1) {
      context.fillStyle = colours.text
      context.font = "10px system-ui, sans-serif"
      context.fillRect(EDGE + i * unit, 20, 1, 3)
      context.fillText(month === 1 ? iso.slice(0, 4) : MONTHS[month - 1], EDGE + i * unit + 3, 30)
    }
  })
  const x = EDGE + (state.index + 0.5) * unit
  context.fillStyle = colours.now
  context.fillRect(x - 1, 2, 2, 18)
  context.beginPath()
  context.moveTo(x - 5, 0)
  context.lineTo(x + 5, 0)
  context.lineTo(x, 6)
  context.fill()
}
const seek = (index) => {
  state.index = Math.min(PF.length - 1, Math.max(0, index))
  drawFrame()
  followMonth()
}
// The next date that is there; round to the first one after the last.
const step = (way) => {
  const there = state.sample?.planet.there ?? []
  if (!there.length) return false
  const next = way > 0 ? there.find((i) => i > state.index) : there.findLast((i) => i < state.index)
  if (next === undefined && !(state.playing && state.loop)) return false
  seek(next ?? there[0])
  return true
}
let due = 0
const tick = (now) => {
  if (!state.playing) return
  if (now >= due) {
    due = Math.max(due + 1000 / state.speed, now - 100)
    if (!step(1)) {
      setPlaying(false)
      return
    }
  }
  requestAnimationFrame(tick)
}
const setPlaying = (value) => {
  state.playing = value
  play.replaceChildren(icon(value ? "pause" : "play"))
  play.setAttribute("aria-label", value ? "Pause" : "Play")
  play.title = value ? "Pause" : "Play"
  due = 0
  if (value && !state.loop && !(state.sample?.planet.there ?? []).some((i) => i > state.index))
    seek(state.sample.planet.there[0] ?? 0)
  if (value)
    requestAnimationFrame((now) => {
      due = now + 1000 / state.speed
      tick(now)
    })
}
const scrub = (event) =>
  seek(
    Math.floor(
      (event.clientX - timeline.getBoundingClientRect().left - EDGE) / ((timeline.clientWidth - 2 * EDGE) / PF.length),
    ),
  )
timeline.addEventListener("pointerdown", (event) => {
  setPlaying(false)
  timeline.setPointerCapture(event.pointerId)
  scrub(event)
})
timeline.addEventListener("pointermove", (event) => {
  if (timeline.hasPointerCapture(event.pointerId)) scrub(event)
})
// A click has whole coordinates; half a pixel more is where the pointer is, and a small picture's pixels are hardly wider.
const pixelAt = (event, box, size) => {
  const at = (v, length) => Math.min(size - 1, Math.max(0, Math.floor((v / length) * size)))
  return {
    row: at(event.clientY + 0.5 - box.top, box.height),
    col: at(event.clientX + 0.5 - box.left, box.width),
    name: "",
  }
}
const pick = (pin, add) => {
  const others = add ? state.pins.filter((p) => p.row !== pin.row || p.col !== pin.col) : []
  state.pins = [...others, pin].slice(-PINS.length)
  drawPins()
  drawProfile()
}
stage.addEventListener("click", (event) => pick(pixelAt(event, stage.getBoundingClientRect(), 200), event.shiftKey))
stage.addEventListener("pointermove", (event) => {
  if (!cubes) return
  const p = pixelAt(event, stage.getBoundingClientRect(), 200),
    s = state.sample
  const values = cubes.planet.has(state.index) ? cubes.planet.pixel(p.row, p.col, PF.length) : null
  readout.textContent =
    `row ${p.row}, col ${p.col} · ${Math.round(s.left + 3 * (p.col + 0.5))} E ${Math.round(s.top - 3 * (p.row + 0.5))} N m` +
    (values
      ? ` · ${MODEL.planet.bands.map((b) => `${b.name === "nir" ? "NIR" : b.name[0].toUpperCase()} ${Number.isNaN(values[b.name][state.index]) ? "–" : (values[b.name][state.index] / 1e4).toFixed(3)}`).join("  ")}`
      : "")
})
stage.addEventListener("pointerleave", () => {
  readout.textContent = ""
})

// --- Sentinel-2 ------------------------------------------------------------------------------------------
const toS2 = (pin) => [Math.floor(((pin.row + 0.5) * 3) / 10), Math.floor(((pin.col + 0.5) * 3) / 10)]
const toPF = (row, col) => ({
  row: Math.floor(((row + 0.5) * 10) / 3),
  col: Math.floor(((col + 0.5) * 10) / 3),
  name: "",
})
const monthOf = (index) => S2.findIndex((m) => m.slice(5) === PF[index].slice(5, 7))
const monthTiles = element("div", { class: "tiles", role: "group", "aria-label": "Months" }),
  bandTiles = element("div", { class: "tiles bands", role: "group", "aria-label": "Bands of the month" })
const bandCaption = element("div", { class: "caption" }),
  spectrumHost = element("div", { class: "host", id: "spectrum" })
let month = -1
const tileOf = (label, words, frame, onclick) => {
  const canvas = element("canvas", { class: "image", width: 60, height: 60 })
  if (frame) canvas.getContext("2d").putImageData(frame, 0, 0)
  return element(
    "button",
    { type: "button", class: "tile", "aria-label": label, title: label, onclick },
    element("span", { class: "frame" }, canvas, element("canvas", { class: "over" }), element("span", {}, words)),
  )
}
const drawMonths = () => {
  const s2 = cubes.sentinel,
    { bands, gamma } = MODEL.sentinel.picture
  month = -1
  monthTiles.replaceChildren(
    ...S2.map((iso, i) => {
      const words = MONTHS[i] + (s2.has(i) ? "" : " · none")
      const tile = tileOf(
        `${MONTHS[i]} 2018${s2.has(i) ? "" : ", missing"}`,
        words,
        s2.has(i) ? paint(s2.frame(i, bands), state.sample.s2Spans.picture, gamma) : null,
        () => {
          setPlaying(false)
          seek(PF.findIndex((d) => d.slice(0, 7) === iso && Number(d.slice(8)) >= 13))
        },
      )
      return tile
    }),
  )
}
const followMonth = () => {
  const now = monthOf(state.index)
  bandCaption.textContent = `Bands of ${MONTHS[now]} 2018${PF[state.index].startsWith("2019") ? " (the mosaics are of 2018 only)" : ""} · numbers are nm · a click chooses the pixel`
  if (now !== month && cubes) {
    month = now
    const s2 = cubes.sentinel
    ;[...monthTiles.children].forEach((tile, i) => tile.setAttribute("aria-pressed", String(i === now)))
    bandTiles.replaceChildren(
      ...MODEL.sentinel.bands.map((band) => {
        const tile = tileOf(
          `${band.name}, ${band.title}, ${band.wavelength} nm`,
          "",
          s2.has(now) && s2.bands.includes(band.name)
            ? paint(s2.frame(now, [band.name]), [state.sample.s2Spans[band.name]], MODEL.sentinel.picture.gamma)
            : null,
          null,
        )
        tile.querySelector("span span").append(element("b", {}, band.name), ` ${Math.round(band.wavelength)}`)
        const frame = tile.querySelector(".frame")
        tile.addEventListener("click", (event) => {
          const p = pixelAt(event, frame.getBoundingClientRect(), 60)
          pick(toPF(p.row, p.col), event.shiftKey)
        })
        return tile
      }),
    )
    drawPins()
  }
  drawSpectrum()
}

// --- charts ---------------------------------------------------------------------------------------------
const chartHosts = [element("div", { class: "host" }), element("div", { class: "host" })]
const keys = element("div", { class: "keys" }),
  pinList = element("div", { class: "row" })
const monthTicks = (x0, x1, count) => {
  const every = [1, 2, 3, 6, 12].find((n) => 24 / n <= count) ?? 12,
    found = []
  for (let m = 0; m <= 24; m += every) {
    const t = Date.UTC(2018, m, 1)
    if (t >= x0 && t <= x1) found.push([t, `${MONTHS[m % 12]} ${2018 + Math.floor(m / 12)}`])
  }
  return found
}
const overTime = {
  xTicks: monthTicks,
  tip,
  onSeek: (t) => {
    setPlaying(false)
    seek(TIMES.reduce((best, v, i) => (Math.abs(v - t) < Math.abs(TIMES[best] - t) ? i : best), 0))
  },
}
const SPAN = [TIMES[0] - 8 * DAY, TIMES[PF.length - 1] + 8 * DAY]
let reflectance,
  ndvi,
  spectrum,
  series = []
const ratio = (n, r) => n.map((v, i) => (v + r[i] === 0 ? NaN : (v - r[i]) / (v + r[i])))
const measure = () => {
  series = state.pins.map((pin) => {
    const [row, col] = toS2(pin),
      pf = cubes.planet.header.there.length ? cubes.planet.pixel(pin.row, pin.col, PF.length) : null
    const s2 = cubes.sentinel.header.there.length ? cubes.sentinel.pixel(row, col, S2.length) : null
    return { pin, row, col, pf, s2, ndvi: pf && ratio(pf.nir, pf.red), s2ndvi: s2 && ratio(s2.B08, s2.B04) }
  })
}
const pairs = (times, values, factor) => [...values].map((v, i) => (Number.isNaN(v) ? null : [times[i], v * factor]))
const dots = (times, names, values, colour, factor, signOf, text) =>
  [...values].flatMap((v, i) =>
    Number.isNaN(v)
      ? []
      : [{ x: times[i], y: v * factor, colour, sign: signOf(i), text: text(names[i], v * factor, i) }],
  )
const range = (dots, least, most) => {
  const values = dots.map((d) => d.y),
    low = Math.min(least, ...values),
    high = Math.max(most, ...values)
  return [low < 0 ? low - 0.03 : low, high + (high - low) * 0.04]
}
const drawProfile = () => {
  if (!cubes) return
  measure()
  const last = series.at(-1),
    lines = [],
    points = []
  const pfSign = (s) => (i) => (cubes.planet.gapFilled(i, s.pin.row, s.pin.col) ? "hollow" : "dot")
  const filled = (s, i) => (cubes.planet.gapFilled(i, s.pin.row, s.pin.col) ? "\ngap-filled, not measured" : "")
  for (const band of MODEL.planet.bands) {
    const colour = MODEL.colours[document.documentElement.dataset.theme][band.name]
    if (last.pf) {
      lines.push({ points: pairs(TIMES, last.pf[band.name], 1e-4), colour })
      points.push(
        ...dots(
          TIMES,
          PF,
          last.pf[band.name],
          colour,
          1e-4,
          pfSign(last),
          (d, v, i) => `${long(d)}\n${band.title} ${v.toFixed(4)}\nPlanet Fusion${filled(last, i)}`,
        ),
      )
    }
    if (last.s2)
      points.push(
        ...dots(
          MID,
          S2,
          last.s2[TWIN[band.name]],
          colour,
          1e-4,
          () => "diamond",
          (d, v) => `${MONTHS[Number(d.slice(5)) - 1]} 2018\n${TWIN[band.name]} ${v.toFixed(4)}\nSentinel-2`,
        ),
      )
  }
  reflectance.show({ lines, dots: points, x: SPAN, y: range(points, 0, 0.1), cursor: TIMES[state.index] })
  const indexLines = [],
    indexPoints = []
  series.forEach((s, i) => {
    if (s.ndvi) {
      indexLines.push({ points: pairs(TIMES, s.ndvi, 1), colour: PINS[i] })
      indexPoints.push(
        ...dots(
          TIMES,
          PF,
          s.ndvi,
          PINS[i],
          1,
          pfSign(s),
          (d, v, k) =>
            `${long(d)}\nNDVI ${v.toFixed(3)}${s.pin.name ? ` · ${s.pin.name}` : ""}\nPlanet Fusion${filled(s, k)}`,
        ),
      )
    }
    if (s.s2ndvi)
      indexPoints.push(
        ...dots(
          MID,
          S2,
          s.s2ndvi,
          PINS[i],
          1,
          () => "diamond",
          (d, v) => `${MONTHS[Number(d.slice(5)) - 1]} 2018\nNDVI ${v.toFixed(3)}\nSentinel-2`,
        ),
      )
  })
  ndvi.show({
    lines: indexLines,
    dots: indexPoints,
    x: SPAN,
    y: range(indexPoints, 0, 0.2),
    cursor: TIMES[state.index],
  })
  pinList.replaceChildren(
    ...series.map((s, i) =>
      element(
        "span",
        { class: "pin" },
        swatch(PINS[i]),
        s.pin.name || `row ${s.pin.row}, col ${s.pin.col}`,
        button(
          `Remove pin ${i + 1}`,
          "×",
          () => {
            state.pins = state.pins.filter((_, k) => k !== i)
            drawPins()
            drawProfile()
          },
          { disabled: series.length === 1 },
        ),
      ),
    ),
  )
  drawSpectrum()
  mark("profile-drawn", { pixels: state.pins.map((p) => [p.row, p.col]), sample: state.sample.id })
}
const drawSpectrum = () => {
  if (!spectrum || !cubes) return
  const bands = [...MODEL.sentinel.bands].sort((a, b) => a.wavelength - b.wavelength),
    lines = [],
    points = []
  series.forEach((s, i) => {
    if (s.s2) {
      const found = bands.map((b) => [b, s.s2[b.name]?.[month] ?? NaN]).filter(([, v]) => !Number.isNaN(v))
      lines.push({ points: found.map(([b, v]) => [b.wavelength, v * 1e-4]), colour: PINS[i] })
      points.push(
        ...found.map(([b, v]) => ({
          x: b.wavelength,
          y: v * 1e-4,
          colour: PINS[i],
          sign: "dot",
          text: `${b.name} ${b.title}, ${b.wavelength} nm\n${(v * 1e-4).toFixed(4)}\nSentinel-2`,
        })),
      )
    }
    if (s.pf)
      for (const b of MODEL.planet.bands) {
        const v = s.pf[b.name][state.index]
        if (!Number.isNaN(v))
          points.push({
            x: b.wavelength,
            y: v * 1e-4,
            colour: PINS[i],
            sign: "ring",
            text: `${b.title}, ${b.wavelength} nm\n${(v * 1e-4).toFixed(4)}\nPlanet Fusion`,
          })
      }
  })
  spectrum.show({ lines, dots: points, x: [400, 2300], y: range(points, 0, 0.3) })
}
