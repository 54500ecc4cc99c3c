// A large picture of a sample: one, or two of them swiped or side by side; zoom, pan, pins, regions. Places on it are pixels of
// Planet Fusion's grid whatever it shows, so that two sensors beside each other are zoomed and moved as one.

import { drawGround, markAt, markText } from "../../browser/ground_marks.js"
import { drawCross, drawTenMetre, drawWords, element, fitCanvas, pinText, wheelFactor } from "../../browser/shared.js"
import { middleOfPixel, SIZE } from "./chip.js"
import { makeDrawing } from "./draw.js"
import { noLandCover } from "./land_cover.js"
import { drawBar, drawNorth, plate } from "./picture_file.js"

const ZOOM = { least: 1, most: 16, step: 1.25 }
const HIT = 10 // CSS pixels around a pin within which a press means the pin

/**
 * @param {{
 *   name: string, panes: { label: string, pixels: number }[], swipes: string,
 *   button: (label: string, text: string | Node, action: () => void, extra?: object) => HTMLElement,
 *   onPick: (pixel: { row: number, col: number }, add: boolean) => void,
 *   onMovePin: (index: number, pixel: { row: number, col: number }, done: boolean) => void,
 *   onHover: (pixel: { row: number, col: number } | null, pane: number) => void,
 *   onView: () => void,
 *   regions: { onAdd: Function, onMove: Function, onRemove: Function },
 * }} options `name` is what the picture is called, with its keys; `pixels` are along the edge of what a pane shows; `swipes`
 * names the handle between two.
 */
export const makeStage = ({ name, panes: shows, swipes, onPick, onMovePin, onHover, onView, regions, button }) => {
  const view = { scale: 1, x: 0, y: 0 } // what is in sight: zoom, and the chip's pixel in the upper left corner
  let mode = "single",
    side = SIZE,
    width = SIZE,
    swipe = 0.5,
    pins = [],
    ground = [],
    pressed = null

  const makePane = ({ label, pixels }) => {
    const canvas = element("canvas", {
      class: "image",
      width: pixels,
      height: pixels,
      role: "img",
      "aria-label": label,
    })
    const cover = element("canvas", {
      class: "image cover",
      width: SIZE,
      height: SIZE,
      "aria-hidden": "true",
      hidden: true,
    })
    const over = element("canvas", { class: "over" })
    const date = element("div", { class: "date" }),
      why = element("div", { class: "why" })
    return {
      canvas,
      cover,
      over,
      date,
      why,
      pixels,
      box: element("div", { class: "pane" }, canvas, cover, over, why, date),
    }
  }
  const panes = shows.map(makePane)
  panes[1]?.date.classList.add("second")
  const handle = element("div", {
    class: "swipe",
    role: "slider",
    tabindex: 0,
    "aria-label": swipes,
    "aria-valuemin": 0,
    "aria-valuemax": 100,
  })
  const scale = element("div", { class: "scale" }, element("span"))
  const north = element("div", { class: "north", "aria-hidden": "true" }, "N")
  const readout = element("div", { class: "readout" })
  const legends = element("div", { class: "legends" })
  const message = element("div", { class: "message", role: "status" })
  const zooms = element(
    "div",
    { class: "zooms", role: "group", "aria-label": "Zoom" },
    button("Zoom in", "+", () => zoomAt(ZOOM.step ** 2)),
    button("Zoom out", "−", () => zoomAt(ZOOM.step ** -2)),
    button("Whole image", "⤢", () => reset(), { hidden: true }),
  )
  const middle = () => [view.y + SIZE / view.scale / 2, view.x + SIZE / view.scale / 2]
  const drawing = makeDrawing({
    button,
    ...regions,
    middle,
    pixels: shows[0].pixels,
    onPin: onPick,
    onAim: (point) => {
      follow(point)
      onHover({ row: Math.floor(point[0]), col: Math.floor(point[1]) }, 0)
    },
    redraw: () => drawOver(),
    focus: () => el.focus(),
  })
  const el = element(
    "div",
    {
      class: "stage",
      tabindex: 0,
      role: "application",
      "aria-label": name,
    },
    ...panes.map((pane) => pane.box),
    handle,
    drawing.tags,
    north,
    scale,
    readout,
    legends,
    element("div", { class: "instruments" }, zooms, drawing.bar),
    drawing.hint,
    message,
  )

  // --- where things are ------------------------------------------------------------------------
  const unit = () => (side / SIZE) * view.scale // CSS pixels of one pixel of the chip
  const shown = (pane) => mode !== "single" || pane === panes[0]
  const place = ([row, col]) => [(col - view.x) * unit(), (row - view.y) * unit()]
  const paneAt = (event) => {
    const { left, width: wide } = panes[1].box.getBoundingClientRect()
    return mode !== "single" && event.clientX > left + (mode === "swipe" ? swipe * wide : 0) ? 1 : 0
  }
  const pointAt = (event) => {
    const pane = mode === "side" ? (pressed?.pane ?? paneAt(event)) : 0 // a drag stays in its picture
    const box = panes[pane].box.getBoundingClientRect()
    const at = (v, start) => Math.min(SIZE, Math.max(0, start + v / unit()))
    return [at(event.clientY - box.top, view.y), at(event.clientX - box.left, view.x)]
  }
  const pixelAt = (event) => {
    const { pixels } = panes[mode === "single" ? 0 : (pressed?.pane ?? paneAt(event))]
    const [row, col] = pointAt(event).map((v) => middleOfPixel(v, pixels))
    return { row, col }
  }
  const reach = (event) => ((event.pointerType === "touch" ? 2 : 1) * (HIT - 2)) / unit()
  const pinAt = (event) => {
    const [row, col] = pointAt(event).map(Math.floor)
    let best = -1,
      least = HIT / unit()
    pins.forEach((pin, i) => {
      const far = Math.hypot(pin.row - row, pin.col - col)
      if (far <= least) {
        best = i
        least = far
      }
    })
    return best
  }

  const layOut = () => {
    const pane = mode === "side" ? width / 2 - 2 : width
    panes.forEach(({ box, canvas, cover }, i) => {
      box.hidden = !shown(panes[i])
      Object.assign(box.style, {
        width: `${pane}px`,
        height: `${side}px`,
        left: i && mode === "side" ? `${pane + 4}px` : "0",
      })
      // Its date is not cut where the picture is: of "95 %" no "5 %" may be left.
      const home = i && mode === "swipe" && !box.hidden ? el : box
      if (panes[i].date.parentNode !== home) home.append(panes[i].date)
      box.style.clipPath = i && mode === "swipe" ? `inset(0 0 0 ${swipe * 100}%)` : ""
      const full = side * view.scale
      for (const one of [canvas, cover])
        Object.assign(one.style, {
          width: `${full}px`,
          height: `${full}px`,
          left: `${-view.x * unit()}px`,
          top: `${-view.y * unit()}px`,
        })
    })
    handle.hidden = mode !== "swipe"
    handle.style.left = `${swipe * width}px`
    handle.setAttribute("aria-valuenow", Math.round(swipe * 100))
    zooms.lastChild.hidden = view.scale === 1
    onView()
    el.classList.toggle("zoomed", view.scale > 1)
    drawScale()
    drawOver()
  }
  const metresOfBar = () =>
    [200, 100, 50, 20, 10, 5].find((m) => (m / 3) * unit() <= Math.min(side / 3.5, Math.max(side - 295, 60))) ?? 5 // beside the readout
  const drawScale = () => {
    const metres = metresOfBar()
    scale.style.width = `${(metres / 3) * unit()}px`
    scale.firstChild.textContent = `${metres} m`
  }
  const drawMarks = (context, how = {}) => {
    drawGround(context, ground, place)
    drawing.paint(context, place, how)
    pins.forEach((pin, i) => {
      const [x, y] = place([pin.row + 0.5, pin.col + 0.5])
      drawCross(context, x, y, Math.max(unit() / 2, 2), pin.colour)
      drawTenMetre(context, pin, unit(), view.x, view.y) // the ground that Sentinel-2's value stands for
      drawWords(context, pinText(pin, i, pins.length), x + 7, y - 6)
    })
  }
  const drawOver = () => {
    const across = mode === "side" ? width / 2 - 2 : width
    for (const pane of panes)
      if (shown(pane)) drawMarks(fitCanvas(pane.over, across, side), { letters: pane === panes[1] && mode === "side" })
    el.classList.toggle("draws", drawing.tool !== "pin")
    drawing.layOut(place, across, side)
  }

  const bound = () => {
    const seen = SIZE / view.scale
    const across = seen * (mode === "side" ? (width / 2 - 2) / side : width / side)
    view.x = Math.min(Math.max(view.x, 0), Math.max(0, SIZE - across))
    view.y = Math.min(Math.max(view.y, 0), SIZE - seen)
  }
  const zoomAt = (factor, event = null) => {
    const box = panes[0].box.getBoundingClientRect()
    const at = event
      ? { x: (event.clientX - box.left) % (box.width + 4), y: event.clientY - box.top }
      : { x: box.width / 2, y: box.height / 2 }
    const ground = { x: view.x + at.x / unit(), y: view.y + at.y / unit() }
    view.scale = Math.min(ZOOM.most, Math.max(ZOOM.least, view.scale * factor))
    if (factor < 1 && view.scale < 1.02) view.scale = 1
    view.x = ground.x - at.x / unit()
    view.y = ground.y - at.y / unit()
    bound()
    layOut()
  }
  // A cross that keys move stays in sight.
  const follow = ([row, col]) => {
    const seen = SIZE / view.scale,
      near = (v, start) => Math.min(Math.max(start, v + 8 - seen), v - 8)
    if (view.scale === 1) return
    Object.assign(view, { x: near(col, view.x), y: near(row, view.y) })
    bound()
    layOut()
  }
  const lookAt = ({ scale, row, col, split = swipe }) => {
    Object.assign(view, { scale, x: col, y: row })
    swipe = split
    bound()
    layOut()
  }
  const reset = () => lookAt({ scale: 1, row: 0, col: 0 })

  // --- pointer and keys ------------------------------------------------------------------------
  const OWN = "button, .swipe, .cover-legend" // what takes the pointer and keys itself
  const inside = (event) => !event.target.closest(OWN)
  el.addEventListener(
    "wheel",
    (event) => {
      if (event.target.closest(".cover-legend")) return // it scrolls
      event.preventDefault()
      const factor = wheelFactor(event)
      if (factor !== 1) zoomAt(factor, event)
    },
    { passive: false },
  )
  // Where the page scrolls, one finger up or down scrolls it from here too (`--touch`); two never do.
  const hold = (event) => event.touches.length > 1 && event.cancelable && event.preventDefault()
  for (const kind of ["touchstart", "touchmove"]) el.addEventListener(kind, hold, { passive: false })
  // Two fingers zoom around their middle, and move the picture with it.
  const fingers = new Map()
  const pinch = () => {
    const [a, b] = [...fingers.values()]
    return { clientX: (a.x + b.x) / 2, clientY: (a.y + b.y) / 2, far: Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1) }
  }
  const spread = (event) => {
    const before = pinch()
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    const now = pinch()
    zoomAt(now.far / before.far, before)
    view.x -= (now.clientX - before.clientX) / unit()
    view.y -= (now.clientY - before.clientY) / unit()
    bound()
    layOut()
  }
  el.addEventListener("pointerdown", (event) => {
    drawing.dropAim()
    if (event.pointerType === "touch" && inside(event))
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    if (fingers.size > 1) {
      if (pressed) drawing.cancel()
      pressed = null
      return
    }
    if (!inside(event) || event.button !== 0) return
    const tag = event.target.closest(".tag"),
      pin = drawing.tool === "pin" && !tag ? pinAt(event) : -1
    if (tag) drawing.hold(Number(tag.dataset.region), pointAt(event))
    const draws = Boolean(tag) || (pin < 0 && drawing.down(pointAt(event), reach(event)))
    pressed = {
      x: event.clientX,
      y: event.clientY,
      start: { ...view },
      pin,
      tag,
      draws,
      pane: paneAt(event),
      moved: false,
      add: event.shiftKey || event.ctrlKey || event.metaKey,
    }
    el.setPointerCapture(event.pointerId)
  })
  el.addEventListener("pointermove", (event) => {
    if (fingers.size > 1) {
      if (fingers.has(event.pointerId)) spread(event)
      return
    }
    const pixel = pixelAt(event)
    onHover(event.target.closest("button, .cover-legend") ? null : pixel, paneAt(event))
    if (!pressed)
      el.classList.toggle(
        "on-pin",
        drawing.hover(pointAt(event), reach(event)) || (drawing.tool === "pin" && pinAt(event) >= 0),
      )
    if (!pressed) return
    const dx = event.clientX - pressed.x,
      dy = event.clientY - pressed.y
    if (!pressed.moved && Math.hypot(dx, dy) < 4) return
    pressed.moved = true
    if (pressed.draws) drawing.move(pointAt(event))
    else if (pressed.pin >= 0) onMovePin(pressed.pin, pixel, false)
    else if (view.scale > 1) {
      view.x = pressed.start.x - dx / unit()
      view.y = pressed.start.y - dy / unit()
      bound()
      layOut()
    }
  })
  const release = (event) => {
    fingers.delete(event.pointerId)
    const was = pressed
    pressed = null
    if (was && event.type === "pointercancel") drawing.cancel()
    if (!was || event.type === "pointercancel") return
    if ((was.draws && drawing.up(was.moved)) || was.tag) return
    if (!was.moved) {
      if (drawing.click(pointAt(event), reach(event), event.timeStamp)) return
      performance.mark("explorer:pixel-clicked")
      onPick(pixelAt(event), was.add)
    } else if (was.pin >= 0) onMovePin(was.pin, pixelAt(event), true)
  }
  el.addEventListener("pointerup", release)
  el.addEventListener("pointercancel", release)
  el.addEventListener("pointerleave", () => onHover(null, 0))
  el.addEventListener("keydown", (event) => {
    if (!event.target.closest(OWN) && drawing.key(event)) {
      event.preventDefault()
      event.stopPropagation() // with a box in the making, arrows are not the dates'
      return
    }
    const act = {
      "+": () => zoomAt(ZOOM.step),
      "=": () => zoomAt(ZOOM.step),
      "-": () => zoomAt(1 / ZOOM.step),
      0: reset,
    }[event.key]
    if (act) {
      act()
      event.preventDefault()
    }
  })
  const setSwipe = (value) => {
    swipe = Math.min(1, Math.max(0, value))
    layOut()
  }
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId))
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return
    const box = el.getBoundingClientRect()
    setSwipe((event.clientX - box.left) / box.width)
  })
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key]
    if (by) {
      setSwipe(swipe + by)
      event.preventDefault()
      event.stopPropagation()
    }
  })

  // Draws a frame, or nothing: another date's picture never stays under this date's name.
  const paint = (which, frame, overlay = null) => {
    const { canvas, pixels } = panes[which]
    const context = canvas.getContext("2d")
    context.clearRect(0, 0, pixels, pixels)
    if (frame) context.drawImage(frame, 0, 0)
    if (frame && overlay) context.drawImage(overlay, 0, 0)
  }
  // What was seen on the ground (`Mark`), drawn over all pictures.
  const setGround = (value) => {
    ground = value
    drawOver()
  }
  // A map of land cover over all pictures (`LandCover`), or none.
  let cover = noLandCover()
  const setCover = (value) => {
    cover = value
    for (const pane of panes) {
      pane.cover.hidden = !cover.canvas
      pane.cover.style.opacity = String(cover.opacity)
      const context = pane.cover.getContext("2d")
      context.clearRect(0, 0, SIZE, SIZE)
      if (cover.canvas) context.drawImage(cover.canvas, 0, 0)
    }
  }
  // Lays the next date over the one that was painted, as far as one has faded into the other.
  const fade = (frame, share) => {
    if (!frame) return
    const context = panes[0].canvas.getContext("2d")
    context.globalAlpha = share
    context.drawImage(frame, 0, 0)
    context.globalAlpha = 1
  }
  // Says of a pane that its date has no picture, and why; hatched, as nothing measured ever looks.
  const lack = (which, why, missing = Boolean(why)) => {
    const { box, why: line } = panes[which]
    if (box.classList.contains("missing") !== missing) box.classList.toggle("missing", missing)
    if (line.textContent !== why) line.textContent = why
  }
  // What is seen, on another canvas of `width` x `side` CSS pixels.
  const copy = (context) => {
    for (const pane of panes.filter(shown)) {
      const second = pane === panes[1],
        left = second && mode === "side" ? width / 2 + 2 : 0
      context.save()
      context.beginPath()
      context.rect(
        left + (second && mode === "swipe" ? swipe * width : 0),
        0,
        mode === "side" ? width / 2 - 2 : width,
        side,
      )
      context.clip()
      context.fillStyle = "#10191f"
      context.fillRect(left, 0, width, side)
      context.translate(left, 0)
      const full = side * view.scale
      context.drawImage(pane.canvas, -view.x * unit(), -view.y * unit(), full, full)
      if (cover.canvas && !pane.box.classList.contains("missing")) {
        context.globalAlpha = cover.opacity
        context.drawImage(cover.canvas, -view.x * unit(), -view.y * unit(), full, full)
        context.globalAlpha = 1
      }
      drawMarks(context, { letters: true, file: true })
      if (pane.why.textContent) plate(context, pane.why.textContent, 8, side / 2)
      const right = second && mode === "swipe"
      context.restore()
      // Not cut where the picture is: of "95 %" no "5 %" may be left.
      ;[...pane.date.childNodes].forEach((node, k) =>
        plate(context, node.textContent, right ? width - 40 : left + 8, 8 + 21 * k, { right, size: k ? 10 : 13 }),
      )
    }
    drawNorth(context, width - 18, 10)
    drawBar(context, metresOfBar(), (metresOfBar() / 3) * unit(), width - 10, side - 10)
    return { width, side }
  }
  return {
    el,
    message,
    readout,
    /** Where legends of what lies over the pictures stand. */
    legends,
    view,
    paint,
    setCover,
    setGround,
    /** What is said of the mark of the ground at a pixel. */
    groundText: (pixel) => markText(markAt(ground, pixel, unit())),
    fade,
    reset,
    lookAt,
    drawing,
    lack,
    copy,
    dates: panes.map((pane) => pane.date),
    get size() {
      return { width, side }
    },
    get mode() {
      return mode
    },
    /** Where one picture is swiped over the other, a share of the width. */
    get swipe() {
      return swipe
    },
    setMode(value) {
      mode = value
      bound()
      layOut()
    },
    setPins(value) {
      pins = value
      drawOver()
    },
    resize(across, down) {
      // Two small pictures have their tools above and what is under the pointer below them.
      side = Math.max(40, Math.floor(mode === "side" ? Math.min(across / 2 - 2, down - 116) : Math.min(across, down)))
      el.classList.toggle("beside", mode === "side")
      el.classList.toggle("compared", mode !== "single")
      width = mode === "side" ? side * 2 + 4 : side
      Object.assign(el.style, { width: `${width}px`, height: `${side}px` })
      el.style.setProperty("--side", `${side}px`)
      layOut()
    },
  }
}
