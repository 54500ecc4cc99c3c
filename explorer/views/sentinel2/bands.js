// Sentinel-2: twelve months in colour, and below the bands of one month or the months of one band; or one of them large. All
// pictures come once.

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
import { middleOfPixel, SIZE as PLANET } from "../common/chip.js"
import { entriesOf, makeMenuField } from "../common/combobox.js"
import { noLandCover } from "../common/land_cover.js"
import { middleOfMonth } from "../common/nearest_date.js"
import { roomQuery } from "../common/room.js"
import { bus, listen } from "../common/talking.js"
import { arrange, spectrumHeight } from "./arrange.js"
import { makeLarge, PIXELS as SIZE } from "./large.js"

/** @param {import("../messages").Drawn<"Grid">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const ROW_GAP = 4 // CSS pixels between the rows of the panel
  // Where the window is low, the images and the spectrum take turns.
  const low = roomQuery(el, "(max-height: 840px) and (min-width: 1251px)")
  const lowAlone = roomQuery(el, "(max-height: 999px) and (max-width: 1250px)") // the panel alone, in a window that is as low as it is narrow
  const scarce = roomQuery(el, "(max-height: 960px) and (min-width: 1251px)")
  const stacked = roomQuery(el, "(max-width: 1250px)") // panels stand under each other, and the page scrolls
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
    legend: null,
    place: null,
    credit: "",
    planetCredit: "",
    // The picture that is large, or null: `month` 0 to 11, or null for the animation's; `band` empty for the months' colours.
    large: /** @type {{ month: number | null, band: string } | null} */ (null),
    look: { composite: "", title: "", twin: true, by: "bands", band: "B08", room: "" },
  }

  const note = element("div", { class: "note", role: "status" })
  const legend = element("div", { class: "legend", hidden: true })
  const chosen = element("span", { class: "chosen" })
  const list = makeMenuField({
    label: "Shown of Sentinel-2",
    listed: "What the months can show",
    take: (value) => send({ composite: value }),
    unknown(text) {
      note.textContent = `No composite, band or index is called “${text.slice(0, 40)}”.`
    },
  })
  list.box.classList.add("shown")
  list.input.title = "What the months show: type a part of a name or an application"
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
  const enlarge = element(
    "button",
    {
      type: "button",
      class: "enlarge",
      title: "The chosen month large; a double click on a picture, or Enter, does it too",
      "aria-label": "The chosen month large",
      onclick: () => openLarge(months[state.month]),
    },
    "Large",
  )
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
    { class: "tiles upper", role: "group", "aria-label": "Months" },
    ...months.map((t) => t.box),
  )
  const lowerGroup = element("div", { class: "tiles lower", role: "group" }, ...lower.map((t) => t.box))
  const upperBar = element("div", { class: "bar upper" }, list.box, note, room, enlarge)
  const lowerBar = element("div", { class: "bar lower" }, by, bandList, chosen)
  const hint = element(
    "div",
    { class: "hints" },
    "Click: choose · double click or Enter: large · shift-click: add a pin",
  )
  const root = element("div", { class: "bands" }, upperBar, legend, upperGroup, lowerBar, lowerGroup, hint)
  const images = [upperGroup, lowerBar, lowerGroup, hint]
  el.append(root)

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

  // --- one large -------------------------------------------------------------------------------
  // By its month or band; opened and closed as the grid is shown or not, so that the page has one large picture at most of each sensor.
  let large = /** @type {ReturnType<typeof makeLarge> | null} */ (null)
  const largeMonth = () => state.large.month ?? state.month
  const tileOf = ({ month, band }) =>
    (band !== "" && lower[ofBand() ? month : state.bands.findIndex((one) => one.name === band)]) || months[month]
  // The neighbour as the grid has it: the next band of the month, or the next month.
  const neighbour = (step) => {
    const { band } = state.large
    if (band === "" || ofBand()) {
      const month = largeMonth() + step
      return month >= 0 && month < 12 ? { month, band, name: `${MONTHS[month]} 2018` } : null
    }
    const next = state.bands[state.bands.findIndex((one) => one.name === band) + step]
    return next ? { month: largeMonth(), band: next.name, name: `${next.name} ${next.title}` } : null
  }
  const facts = () => {
    const month = largeMonth(),
      { band } = state.large
    const index = state.bands.findIndex((one) => one.name === band)
    const empty = band === "" ? false : state.empty.has(`${month},${index}`)
    const on = there(month) && !empty
    const atlas = band === "" ? state.rgb : state.grey
    const of = state.bands[index]
    return {
      ticket: state.ticket,
      sample: state.sample ?? null,
      place: state.place,
      month,
      chosenMonth: state.large.month,
      band,
      title: of ? `${of.name} ${of.title}, ${of.wavelength} nm` : state.look.twin ? state.look.title : "True colour",
      note: state.iso?.slice(0, 4) === "2019" && state.large.month === null ? "the mosaics end in 2018" : "",
      lack: on
        ? ""
        : empty
          ? "no data"
          : (state.status[month] === status.BROKEN && state.reasons[month]) || lacks(month),
      picture:
        on && atlas
          ? { image: atlas, x: (band === "" ? month : index) * SIZE, y: band === "" ? 0 : month * SIZE }
          : null,
      legend: band === "" ? state.legend : null,
      credit: state.credit,
      planetCredit: state.planetCredit,
      neighbours: { previous: neighbour(-1)?.name ?? "", next: neighbour(1)?.name ?? "" },
    }
  }
  // The animation goes to the month; where it has no date there, the month alone says which one is large.
  const seekMonth = (month) => {
    page.emit("seek", { time: middleOfMonth(month) })
    return state.month === month ? null : month
  }
  const setLarge = (value) => {
    state.large = value
    if (value && !large) {
      large = makeLarge({ model, page, facts, onStep: stepLarge, onClose: closeLarge })
      large.setPins(state.pins)
      large.setRegions(state.regions, "")
      root.append(large.el)
    } else if (!value && large) {
      large.remove()
      large = null
    }
    makeRoom()
  }
  const openLarge = (t) => {
    const { month, band } =
      t.kind === "month" ? { month: t.i, band: "" } : { ...place(t), band: state.bands[place(t).band]?.name }
    if (band === undefined) return
    setLarge({ month: seekMonth(month), band })
    large.draw()
    large.tell()
    large.focus()
  }
  const stepLarge = (by) => {
    const to = neighbour(by)
    if (!to) return
    // Set before the animation is asked, which answers with its new date at once.
    if (to.month !== largeMonth()) {
      state.large = { ...state.large, month: to.month }
      state.large.month = seekMonth(to.month)
    } else {
      state.large = { ...state.large, band: to.band }
      if (to.band !== state.look.band) send({ band: to.band })
    }
    large.draw()
    large.tell()
  }
  const closeLarge = () => {
    const tile = tileOf({ month: largeMonth(), band: state.large.band })
    setLarge(null)
    drawMonths()
    drawAllPins()
    model.send_msg({ type: "large", mode: "", month: null, band: "", scale: 1, row: 0, col: 0 })
    for (const t of tile.kind === "month" ? months : lower) t.box.tabIndex = t === tile ? 0 : -1
    tile.box.focus({ preventScroll: true })
  }

  // --- drawing ---------------------------------------------------------------------------------
  let cover = noLandCover() // the map of land cover over the pictures
  const setCover = (value) => {
    cover = value
    soon("pins")
  }
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
    if (cover.canvas) {
      context.globalAlpha = cover.opacity
      context.imageSmoothingEnabled = false
      context.drawImage(cover.canvas, 0, 0, side, side)
      context.globalAlpha = 1
    }
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
    legend.hidden = !data || Boolean(state.large?.band)
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
  // The 3 m pixel in the middle of the 10 m pixel under the pointer.
  const pixelAt = (t, event) => {
    const box = t.box.querySelector(".frame").getBoundingClientRect()
    const at = (v, size) => middleOfPixel((v / size) * PLANET, SIZE)
    // A click has whole coordinates; half a pixel more is where the pointer is, and a mosaic's pixel is hardly wider.
    return { row: at(event.clientY + 0.5 - box.top, box.height), col: at(event.clientX + 0.5 - box.left, box.width) }
  }
  const choose = (t) => {
    if (t.kind === "month" || ofBand()) page.emit("seek", { time: middleOfMonth(t.i) })
    else if (state.bands[t.i] && state.bands[t.i].name !== state.look.band) send({ band: state.bands[t.i].name })
  }
  for (const t of [...months, ...lower]) {
    t.box.addEventListener("click", (event) => {
      const pins = event.shiftKey || event.ctrlKey || event.metaKey
      if (!pins || event.detail === 0) choose(t)
      else if (t.kind === "month" ? there(t.i) : lowerThere(t))
        model.send_msg({ type: "pixel_clicked", ...pixelAt(t, event), add: true })
    })
    t.box.addEventListener("dblclick", (event) => {
      if (!event.shiftKey && !event.ctrlKey && !event.metaKey) openLarge(t)
    })
    t.box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.repeat) return
      event.preventDefault() // no click besides
      choose(t)
      openLarge(t)
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
  page.on("land-cover", setCover, gone.signal)
  page.emit("ask-land-cover", { take: setCover })
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
      if (!changed) return
      drawLower() // in the same frame as the animation
      if (state.large?.month === null) {
        large.draw()
        large.tell()
      }
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
  const isAlone = () => panel()?.getRootNode().host?.classList.contains("only-sentinel") ?? false // on the page: then there is room
  const setRoom = (name, value) => panel()?.style.setProperty(name, value)
  const isStacked = () => stacked.matches && !isAlone()
  const heightOf = (node) => node.getBoundingClientRect().height
  // The pictures get what the panel has left over; where panels stand under each other, they have a little more than the window is high.
  const layTiles = (withSpectrum) => {
    const region = panel()
    if (!region || !root.clientWidth) return
    root.classList.remove("in-two") // what is measured does not depend on what was before
    const { paddingTop, paddingBottom, rowGap } = getComputedStyle(region)
    const [above, below, gap] = [paddingTop, paddingBottom, rowGap].map((v) => Number.parseFloat(v) || 0)
    const content = region.clientHeight - above - below
    const heading = root.getBoundingClientRect().top - region.getBoundingClientRect().top - region.clientTop - above
    const [upper, lowerHeight, ...others] = [upperBar, lowerBar, legend, hint].map(heightOf)
    const own = [upper, ...others].reduce((sum, height) => sum + (height && height + ROW_GAP), 0)
    const height = isStacked()
      ? 1.15 * window.innerHeight
      : content - heading - own - (withSpectrum ? spectrumHeight(content) + gap : 0)
    const bar = (lowerHeight && lowerHeight + ROW_GAP) + ROW_GAP
    const { edge, columns, beside } = arrange({ width: root.clientWidth, height, bar })
    root.classList.toggle("in-two", beside)
    for (const group of [upperGroup, lowerGroup]) group.style.setProperty("--columns", `repeat(${columns}, ${edge}px)`)
  }
  let watched = null
  const makeRoom = () => {
    if (window.matchMedia("print").matches) return // paper is lower than the window: what is shown stays shown
    const region = panel()
    if (region && region !== watched) resized.observe(region) // what is observed again is told again
    watched = region
    const alone = isAlone()
    const tight = alone ? lowAlone.matches : low.matches
    const wanted = state.look.room || (tight ? "images" : "")
    const isLarge = Boolean(state.large)
    for (const part of images) part.hidden = isLarge || wanted === "spectrum"
    room.hidden = enlarge.hidden = isLarge
    legend.hidden = !state.legend || (isLarge && state.large.band !== "")
    list.box.hidden = isLarge && state.large.band !== ""
    root.classList.toggle("holds-large", isLarge)
    setRoom("--pictures-flex", isLarge && !isStacked() ? "1 1 0" : "none")
    setRoom(
      "--pictures-height",
      isLarge && isStacked() ? `${Math.round(Math.min(root.clientWidth + 70, 0.86 * window.innerHeight))}px` : "auto",
    )
    setRoom("--spectrum-shown", wanted === "images" || (isLarge && !isStacked()) ? "none" : "flex")
    setRoom("--spectrum-flex", alone ? "1 1 0" : "none")
    setRoom("--spectrum-height", alone ? "auto" : "320px")
    setRoom("--spectrum-note", wanted === "" && scarce.matches && !alone ? "none" : "block")
    for (const item of room.children) {
      item.hidden = tight && item.dataset.value === ""
      item.setAttribute("aria-pressed", String(item.dataset.value === wanted))
    }
    if (!images[0].hidden) layTiles(wanted !== "images")
  }
  for (const query of [low, lowAlone, scarce, stacked]) query.listen(makeRoom, { signal: gone.signal })

  // --- what the server sends -------------------------------------------------------------------
  const bitmap = (bytes) => createImageBitmap(new Blob([bytes], { type: "image/png" }))
  let menu = {}
  const drawMenu = () => {
    const { composite, title, twin } = state.look
    const entries = entriesOf(menu)
    const own = { value: "", text: `As the animation${twin && !composite ? `: ${title}` : ""}`, title: "", group: "" }
    const other = { value: composite, text: title, title: "", group: "" } // what a link asks for and the menu has not
    const more = composite && !entries.some(({ value }) => value === composite) ? [own, other] : [own]
    list.show([...more.map((one) => ({ ...one, short: one.text })), ...entries], composite)
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
        place: data.bounds && { bounds: data.bounds, corners: data.corners, zone: data.sample.slice(0, 3) },
        credit: data.credit,
        planetCredit: data.planet_credit,
        legend: null,
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
      large?.draw()
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
      large?.draw()
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
        legend: data.legend,
      })
      say()
      drawLegend(data.legend)
      drawMonths()
      drawAllPins()
      large?.draw()
      mark("bands-drawn", { sample: data.sample, months: data.status.filter((s) => s === status.THERE).length })
    },
    large(data) {
      if (!data.mode) {
        setLarge(null)
        soon("months")
        return
      }
      setLarge({ month: data.month === null ? null : data.month - 1, band: data.band })
      large.lookAt(data.mode, data)
    },
    under(data) {
      large?.came(data)
    },
    pins(data) {
      state.pins = data.pins
      large?.setPins(data.pins)
      soon("pins")
    },
    regions(data) {
      state.regions = data.regions
      large?.setRegions(data.regions, data.problem)
      soon("pins")
    },
    error(data) {
      if (data.ticket !== state.ticket) return
      note.classList.add("error")
      state.failed = true
      page.emit("reading-failed", "s2")
      soon("months")
      large?.draw()
      note.replaceChildren(
        data.text,
        element("button", { type: "button", onclick: () => model.send_msg({ type: "retry" }) }, "Try again"),
      )
    },
  })
  const resized = new ResizeObserver(() => {
    makeRoom()
    if (state.large) return
    drawMonths()
    drawAllPins()
  })
  resized.observe(root)
  model.on("remove", () => {
    gone.abort()
    large?.remove()
    resized.disconnect()
  })
  model.send_msg({ type: "ready" })
}
