// Sentinel-2: twelve months in colour, and below the bands of one month or the months of one band. All pictures come once.

import {
  drawArms,
  drawTenMetre,
  drawWords,
  element,
  fitCanvas,
  MONTHS,
  makeSoon,
  mark,
  status,
} from "../../browser/shared.js"
import { bus, listen } from "../common/talking.js"

/** @param {import("../messages").Drawn<"Grid">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const SIZE = 60
  // Where the window is low, the images and the spectrum take turns.
  const low = window.matchMedia("(max-height: 840px) and (min-width: 1251px)")
  const scarce = window.matchMedia("(max-height: 960px) and (min-width: 1251px)")
  const state = {
    ticket: -1,
    sample: undefined,
    bands: [],
    status: new Array(12).fill(status.WAITING),
    failed: false,
    reasons: {},
    empty: new Set(),
    pins: [],
    regions: [],
    month: 0,
    iso: null,
    rgb: null,
    grey: null,
    look: { composite: "", title: "", twin: true, by: "bands", band: "B08", room: "" },
  }

  const note = element("div", { class: "note", role: "status" })
  const legend = element("div", { class: "legend", hidden: true })
  const chosen = element("span", { class: "chosen" })
  const list = element("select", {
    class: "shown",
    "aria-label": "Shown of Sentinel-2",
    title: "What the months show",
    onchange: () => send({ composite: list.value }),
  })
  const bandList = element("select", { "aria-label": "Band", onchange: () => send({ band: bandList.value }) })
  const choices = (label, key, entries) => {
    const buttons = entries.map(([value, text, title]) =>
      element("button", { type: "button", title, "data-value": value, onclick: () => send({ [key]: value }) }, text),
    )
    return element("div", { class: "segments", role: "group", "aria-label": label }, ...buttons)
  }
  const by = choices("Lower grid", "by", [
    ["bands", "A month's bands", "All bands of the animation's month"],
    ["months", "A band's months", "All months of one band"],
  ])
  const room = choices("Room for", "room", [
    ["images", "Images", "Images alone"],
    ["", "Both", "Images and spectrum"],
    ["spectrum", "Spectrum", "The spectrum alone"],
  ])
  const send = (what) => model.send_msg({ type: "look", ...what })

  const tile = (kind, i) => {
    const canvas = element("canvas", { width: SIZE, height: SIZE })
    const over = element("canvas", { class: "over" })
    const text = element("span", { class: "label" })
    const why = element("span", { class: "why" })
    const box = element(
      "button",
      { type: "button", class: `tile ${kind}` },
      element("span", { class: "frame" }, canvas, over, why, text),
    )
    return { kind, box, canvas, over, text, why, i }
  }
  const months = Array.from({ length: 12 }, (_, i) => tile("month", i))
  const lower = Array.from({ length: 12 }, (_, i) => tile("band", i))
  const upperGroup = element(
    "div",
    { class: "tiles", role: "group", "aria-label": "Months" },
    ...months.map((t) => t.box),
  )
  const lowerGroup = element("div", { class: "tiles", role: "group" }, ...lower.map((t) => t.box))
  const images = element(
    "div",
    { class: "images" },
    legend,
    upperGroup,
    element("div", { class: "bar" }, by, bandList, chosen),
    lowerGroup,
  )
  el.append(element("div", { class: "bands" }, element("div", { class: "bar" }, list, note, room), images))

  // --- what is there ---------------------------------------------------------------------------
  const ofBand = () => state.look.by === "months"
  const bandIndex = () =>
    Math.max(
      0,
      state.bands.findIndex((band) => band.name === state.look.band),
    )
  const there = (month) => state.status[month] === status.THERE
  // That something is not there is said of what has been looked for, and of nothing else.
  const waits = (month) =>
    !there(month) && state.status[month] !== status.ABSENT && state.status[month] !== status.BROKEN
  const lacks = (month) => {
    if (waits(month)) return state.failed ? "not read" : state.sample === null ? "" : "loading"
    return state.status[month] === status.BROKEN ? "broken" : "no mosaic"
  }
  const place = (t) => (ofBand() ? { month: t.i, band: bandIndex() } : { month: state.month, band: t.i }) // of a tile below
  const lowerThere = (t) => {
    const { month, band } = place(t)
    return there(month) && !state.empty.has(`${month},${band}`)
  }

  const said = (month, on) => (on ? "" : waits(month) ? (lacks(month) ? `, ${lacks(month)}` : "") : ", missing") // after a tile's name

  // --- drawing ---------------------------------------------------------------------------------
  const paint = (t, atlas, x, y, on, why, waiting) => {
    const context = t.canvas.getContext("2d")
    context.clearRect(0, 0, SIZE, SIZE)
    if (on && atlas) context.drawImage(atlas, x * SIZE, y * SIZE, SIZE, SIZE, 0, 0, SIZE, SIZE)
    t.why.textContent = on ? "" : why
    t.box.classList.toggle("empty", !on)
    t.box.classList.toggle("waiting", waiting)
  }
  const outline = (context, points, width, colour) => {
    context.lineWidth = width
    context.strokeStyle = colour
    context.beginPath()
    for (const [x, y] of points) context.lineTo(x, y)
    context.closePath()
    context.stroke()
  }
  const drawPins = (t, on, side) => {
    const context = fitCanvas(t.over, side, side)
    if (!on) return
    const unit = side / 200 // CSS pixels of a 3 m pixel
    for (const { kind, points, colour } of state.regions) {
      const corners =
        kind === "box" ? [points[0], [points[0][0], points[1][1]], points[1], [points[1][0], points[0][1]]] : points
      const shape = corners.map(([row, col]) => [col * unit, row * unit])
      outline(context, shape, 3, "rgba(0,0,0,.55)")
      outline(context, shape, 1.5, colour)
    }
    state.pins.forEach((pin, i) => {
      const x = (pin.col + 0.5) * unit,
        y = (pin.row + 0.5) * unit
      drawTenMetre(context, pin, unit)
      // Each pin's cross, the last one's larger: tiles are small.
      drawArms(context, x, y, pin.colour, { from: 3, to: i === state.pins.length - 1 ? 9 : 5, width: 1.5 })
      if (state.pins.length > 1) drawWords(context, String(i + 1), x + 4, y - 3, Math.min(12, Math.max(9, side / 9)))
    })
  }
  const drawAllPins = () => {
    const sides = [months, lower].map(([t]) => t.over.clientWidth) // asked before anything is drawn: one layout for all
    for (const t of months) drawPins(t, there(t.i), sides[0])
    for (const t of lower) drawPins(t, lowerThere(t), sides[1])
  }
  const drawMonths = () => {
    for (const t of months) {
      paint(t, state.rgb, t.i, 0, there(t.i), lacks(t.i), waits(t.i))
      t.text.textContent = MONTHS[t.i]
      t.box.title = there(t.i) ? `${MONTHS[t.i]} 2018` : `${MONTHS[t.i]} 2018: ${state.reasons[t.i] ?? lacks(t.i)}`
      t.box.setAttribute("aria-label", `${MONTHS[t.i]} 2018${said(t.i, there(t.i))}`)
    }
    drawLower()
  }
  const drawLower = () => {
    for (const t of months) t.box.setAttribute("aria-pressed", String(t.i === state.month))
    const band = state.bands[bandIndex()]
    const later = state.iso?.slice(0, 4) === "2019" ? " (same month; the mosaics end in 2018)" : ""
    chosen.textContent = ofBand() ? later : `Bands of ${MONTHS[state.month]} 2018${later}`
    lowerGroup.setAttribute("aria-label", ofBand() ? "Months of the band" : "Bands of the month")
    bandList.hidden = !ofBand()
    for (const t of lower) {
      const at = place(t)
      const on = lowerThere(t)
      const lack = there(at.month) ? "no data" : lacks(at.month)
      paint(
        t,
        state.grey,
        at.band,
        at.month,
        on,
        !there(at.month) && !waits(at.month) && !ofBand() ? "–" : lack,
        waits(at.month),
      )
      const of = state.bands[at.band]
      const name = of ? `${of.name} ${of.title}, ${of.wavelength} nm` : ""
      if (ofBand()) t.text.textContent = MONTHS[t.i]
      else t.text.replaceChildren(element("b", {}, of?.name ?? ""), of ? ` ${Math.round(of.wavelength)}` : "")
      t.box.title = ofBand() ? `${name}, ${MONTHS[t.i]} 2018${on ? "" : `: ${state.reasons[t.i] ?? lack}`}` : name
      t.box.setAttribute(
        "aria-label",
        ofBand() ? `${MONTHS[t.i]} 2018, ${band?.name ?? ""}${said(at.month, on)}` : name,
      )
      t.box.setAttribute("aria-pressed", String(ofBand() ? t.i === state.month : t.i === bandIndex()))
    }
    wander(upperGroup, months)
    wander(lowerGroup, lower)
    soon("pins")
  }
  // Twenty-four small pictures are never urgent: the animation and the profile go first.
  const soon = makeSoon((parts) => {
    if (parts.has("months")) drawMonths()
    else if (parts.has("lower")) drawLower()
    else drawAllPins()
  }, 40)
  const number = (value) =>
    Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 1 ? value.toFixed(2) : value.toFixed(3)
  const drawLegend = (data) => {
    legend.hidden = !data
    if (!data) return
    const ends = [data.low, data.high].map((value, i) => (value === null ? ["low", "high"][i] : number(value)))
    const bar = element("i", { role: "img", "aria-label": `${data.title}, from ${ends[0]} to ${ends[1]}` })
    bar.style.background = `linear-gradient(to right, ${data.colours.join(", ")})`
    legend.replaceChildren(
      element("span", { class: "of", title: data.title }, data.title),
      element("b", {}, ends[0]),
      bar,
      element("b", {}, ends[1]),
    )
  }

  // --- pointer and keys ------------------------------------------------------------------------
  const pick = (event) => {
    const box = event.currentTarget.querySelector(".frame").getBoundingClientRect()
    const at = (v, size) => Math.min(SIZE - 1, Math.max(0, Math.floor((v / size) * SIZE)))
    if (event.detail === 0) return null // pressed by key: no place to pick
    // A click has whole coordinates; half a pixel more is where the pointer is, and a mosaic's pixel is hardly wider.
    return { row: at(event.clientY + 0.5 - box.top, box.height), col: at(event.clientX + 0.5 - box.left, box.width) }
  }
  for (const t of [...months, ...lower]) {
    t.box.addEventListener("click", (event) => {
      const isMonth = t.kind === "month" || ofBand()
      const pixel = pick(event)
      const shown = t.kind === "month" ? there(t.i) : lowerThere(t)
      if (isMonth) page.emit("seek", { time: Date.UTC(2018, t.i, 15) })
      if (pixel && shown)
        model.send_msg({ type: "pixel_clicked", ...pixel, add: event.shiftKey || event.ctrlKey || event.metaKey })
      if (!isMonth && state.bands[t.i] && state.bands[t.i].name !== state.look.band)
        send({ band: state.bands[t.i].name })
    })
  }
  // One stop of the tab key a grid; the arrows go from picture to picture.
  const wander = (group, tiles) => {
    const root = group.getRootNode()
    const at =
      tiles.find((t) => t.box === root.activeElement) ??
      tiles.find((t) => t.box.getAttribute("aria-pressed") === "true") ??
      tiles[0]
    for (const t of tiles) t.box.tabIndex = t === at ? 0 : -1
  }
  const walk = (group, tiles) =>
    group.addEventListener("keydown", (event) => {
      const from = tiles.findIndex((t) => t.box === event.target)
      const across = getComputedStyle(group).gridTemplateColumns.split(" ").length
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across, Home: -from, End: 11 - from }[
        event.key
      ]
      if (from < 0 || by === undefined) return
      event.preventDefault()
      const to = from + by
      if (to < 0 || to > 11) return
      for (const t of tiles) t.box.tabIndex = t === tiles[to] ? 0 : -1
      tiles[to].box.focus()
    })
  walk(upperGroup, months)
  walk(lowerGroup, lower)
  page.on(
    "date",
    ({ iso }) => {
      if (!iso) return
      const month = Number(iso.slice(5, 7)) - 1
      const changed = month !== state.month || iso.slice(0, 4) !== state.iso?.slice(0, 4)
      state.iso = iso
      state.month = month
      if (changed) drawLower() // in the same frame as the animation
    },
    gone.signal,
  )

  // --- room ------------------------------------------------------------------------------------
  // The spectrum is a neighbour in the same panel: its room is told through a property that it inherits.
  const panel = () => {
    let node = el
    while (node && node.getAttribute?.("role") !== "region")
      node = node.parentElement ?? node.getRootNode()?.host ?? null
    return node
  }
  const makeRoom = () => {
    if (window.matchMedia("print").matches) return // paper is lower than the window: what is shown stays shown
    const alone = (panel()?.clientWidth ?? 0) >= 800 // on the page: then there is room
    const tight = low.matches && !alone
    const wanted = state.look.room || (tight ? "images" : "")
    images.hidden = wanted === "spectrum"
    panel()?.style.setProperty("--spectrum-shown", wanted === "images" ? "none" : "flex")
    panel()?.style.setProperty("--spectrum-note", wanted === "" && scarce.matches && !alone ? "none" : "block")
    for (const item of room.children) {
      item.hidden = tight && item.dataset.value === ""
      item.setAttribute("aria-pressed", String(item.dataset.value === wanted))
    }
  }
  for (const query of [low, scarce]) query.addEventListener("change", makeRoom, { signal: gone.signal })

  // --- what the server sends -------------------------------------------------------------------
  const bitmap = (bytes) => createImageBitmap(new Blob([bytes], { type: "image/png" }))
  let menu = {}
  const drawMenu = () => {
    const { composite, title, twin } = state.look
    const entries = Object.values(menu).flatMap((group) => Object.values(group))
    list.replaceChildren(
      element("option", { value: "" }, composite ? "As the animation" : `As the animation${twin ? `: ${title}` : ""}`),
      ...(composite && !entries.includes(composite) ? [element("option", { value: composite }, title)] : []),
      ...Object.entries(menu).map(([label, group]) =>
        element(
          "optgroup",
          { label },
          ...Object.entries(group).map(([text, value]) => element("option", { value }, text)),
        ),
      ),
    )
    list.value = composite
  }
  const say = () => {
    if (note.classList.contains("error")) return
    const count = state.status.filter((s) => s === status.THERE).length
    const settled = state.rgb || state.status.every((s) => s !== status.WAITING)
    const parts = []
    if (settled)
      parts.push(
        count === 0
          ? "No Sentinel-2 mosaic of this sample is in the corpus"
          : count < 12
            ? `${count} of 12 months`
            : "",
      )
    if (count && !state.look.twin) parts.push("true colour: it has no bands for the animation's")
    note.textContent = parts.filter(Boolean).join(" · ")
  }
  listen(model, {
    open(data) {
      Object.assign(state, {
        ticket: data.ticket,
        sample: data.sample ?? null,
        failed: false,
        bands: data.bands,
        status: new Array(12).fill(status.WAITING),
        reasons: {},
        empty: new Set(),
        rgb: null,
        grey: null,
      })
      bandList.replaceChildren(
        ...data.bands.map((band) => element("option", { value: band.name }, `${band.name} ${band.title}`)),
      )
      bandList.value = state.look.band
      note.textContent = data.sample ? "reading …" : "Click a sample on the map"
      note.classList.remove("error")
      drawLegend(null)
      soon("months")
    },
    menu(data) {
      menu = data.groups
      drawMenu()
    },
    look(data) {
      state.look = data
      for (const item of by.children) item.setAttribute("aria-pressed", String(item.dataset.value === data.by))
      bandList.value = data.band
      drawMenu()
      makeRoom()
      if (state.rgb) say()
      if (data.problem) note.textContent = data.problem
      soon("lower")
    },
    async pictures(data) {
      if (data.ticket !== state.ticket) return
      const [rgb, grey] = await Promise.all([data.rgb ? bitmap(data.rgb) : null, data.grey ? bitmap(data.grey) : null])
      if (data.ticket !== state.ticket) return
      Object.assign(state, {
        status: data.status,
        reasons: data.reasons,
        empty: new Set(data.empty),
        rgb,
        grey: grey ?? state.grey,
      })
      say()
      drawLegend(data.legend)
      drawMonths()
      drawAllPins()
      mark("bands-drawn", { sample: data.sample, months: data.status.filter((s) => s === status.THERE).length })
    },
    pins(data) {
      Object.assign(state, { pins: data.pins, regions: data.regions })
      soon("pins")
    },
    error(data) {
      if (data.ticket !== state.ticket) return
      note.classList.add("error")
      state.failed = true
      page.emit("reading-failed", "s2")
      soon("months")
      note.replaceChildren(
        data.text,
        element("button", { type: "button", onclick: () => model.send_msg({ type: "retry" }) }, "Try again"),
      )
    },
  })
  const resized = new ResizeObserver(() => {
    makeRoom()
    drawMonths()
    drawAllPins()
  })
  resized.observe(el)
  model.on("remove", () => {
    gone.abort()
    resized.disconnect()
  })
  model.send_msg({ type: "ready" })
}
