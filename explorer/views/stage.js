// The image of the animation: one date, or two of them swiped or side by side; zoom, pan, pins.

const SIZE = 200 // pixels along the chip's edge
const ZOOM = { least: 1, most: 16, step: 1.25 }
const HIT = 10 // CSS pixels around a pin within which a press means the pin

const makeStage = ({ onPick, onMovePin, onHover, button }) => {
  const view = { scale: 1, x: 0, y: 0 } // what is in sight: zoom, and the chip's pixel in the upper left corner
  let mode = "single", side = SIZE, width = SIZE, swipe = 0.5, pins = [], pressed = null

  const makePane = (label) => {
    const canvas = element("canvas", { class: "image", width: SIZE, height: SIZE, role: "img", "aria-label": label })
    const over = element("canvas", { class: "over" })
    const date = element("div", { class: "date" })
    return { canvas, over, date, box: element("div", { class: "pane" }, canvas, over, date) }
  }
  const panes = [makePane("Planet Fusion image"), makePane("Planet Fusion image of the compared date")]
  const handle = element("div", { class: "swipe", role: "slider", tabindex: 0, "aria-label": "Swipe between the two dates", "aria-valuemin": 0, "aria-valuemax": 100 })
  const scale = element("div", { class: "scale" }, element("span"))
  const north = element("div", { class: "north", "aria-hidden": "true" }, "N")
  const readout = element("div", { class: "readout" })
  const message = element("div", { class: "message", role: "status" })
  const zooms = element("div", { class: "zooms", role: "group", "aria-label": "Zoom" },
    button("Zoom in", "+", () => zoomAt(ZOOM.step ** 2)), button("Zoom out", "−", () => zoomAt(ZOOM.step ** -2)),
    button("Whole image", "⤢", () => reset(), { hidden: true }))
  const el = element("div", { class: "stage", tabindex: 0, "aria-label": "Planet Fusion image; click to choose a pixel" },
    ...panes.map((pane) => pane.box), handle, north, scale, readout, zooms, message)

  // --- where things are ------------------------------------------------------------------------
  const unit = () => (side / SIZE) * view.scale // CSS pixels of one pixel of the chip
  const shown = (pane) => mode !== "single" || pane === panes[0]
  const pixelAt = (event) => {
    const box = (mode === "side" && event.clientX > panes[1].box.getBoundingClientRect().left ? panes[1] : panes[0]).box.getBoundingClientRect()
    const at = (v, start) => Math.min(SIZE - 1, Math.max(0, Math.floor(start + v / unit())))
    return { row: at(event.clientY - box.top, view.y), col: at(event.clientX - box.left, view.x) }
  }
  const pinAt = (event) => {
    const pixel = pixelAt(event)
    let best = -1, least = HIT / unit()
    pins.forEach((pin, i) => {
      const far = Math.hypot(pin.row - pixel.row, pin.col - pixel.col)
      if (far <= least) { best = i; least = far }
    })
    return best
  }

  const layOut = () => {
    const pane = mode === "side" ? width / 2 - 2 : width
    panes.forEach(({ box, canvas }, i) => {
      box.hidden = !shown(panes[i])
      Object.assign(box.style, { width: `${pane}px`, height: `${side}px`, left: i && mode === "side" ? `${pane + 4}px` : "0" })
      box.style.clipPath = i && mode === "swipe" ? `inset(0 0 0 ${swipe * 100}%)` : ""
      const full = side * view.scale
      Object.assign(canvas.style, { width: `${full}px`, height: `${full}px`, left: `${-view.x * unit()}px`, top: `${-view.y * unit()}px` })
    })
    handle.hidden = mode !== "swipe"
    handle.style.left = `${swipe * width}px`
    handle.setAttribute("aria-valuenow", Math.round(swipe * 100))
    zooms.lastChild.hidden = view.scale === 1
    el.classList.toggle("zoomed", view.scale > 1)
    drawScale()
    drawPins()
  }
  const drawScale = () => {
    const metres = [200, 100, 50, 20, 10].find((m) => (m / 3) * unit() <= side / 3.5) ?? 10
    scale.style.width = `${(metres / 3) * unit()}px`
    scale.firstChild.textContent = `${metres} m`
  }
  const drawPins = () => {
    for (const pane of panes) {
      if (!shown(pane)) continue
      const context = fitCanvas(pane.over)
      pins.forEach((pin, i) => {
        const x = (pin.col + 0.5 - view.x) * unit(), y = (pin.row + 0.5 - view.y) * unit()
        drawTenMetre(context, pin, unit(), view.x, view.y) // the ground that Sentinel-2's value stands for
        drawCross(context, x, y, Math.max(unit() / 2, 2), pin.colour)
        if (pins.length > 1 || pin.name) {
          context.font = "600 11px system-ui, sans-serif"
          context.lineWidth = 3
          context.strokeStyle = "rgba(0,0,0,.65)"
          context.fillStyle = "#fff"
          context.strokeText(pin.name || String(i + 1), x + 7, y - 6)
          context.fillText(pin.name || String(i + 1), x + 7, y - 6)
        }
      })
    }
  }

  const bound = () => {
    const seen = SIZE / view.scale
    const across = seen * (mode === "side" ? (width / 2 - 2) / side : width / side)
    view.x = Math.min(Math.max(view.x, 0), Math.max(0, SIZE - across))
    view.y = Math.min(Math.max(view.y, 0), SIZE - seen)
  }
  const zoomAt = (factor, event = null) => {
    const box = panes[0].box.getBoundingClientRect()
    const at = event ? { x: (event.clientX - box.left) % (box.width + 4), y: event.clientY - box.top } : { x: box.width / 2, y: box.height / 2 }
    const ground = { x: view.x + at.x / unit(), y: view.y + at.y / unit() }
    view.scale = Math.min(ZOOM.most, Math.max(ZOOM.least, view.scale * factor))
    if (view.scale < 1.02) view.scale = 1
    view.x = ground.x - at.x / unit()
    view.y = ground.y - at.y / unit()
    bound()
    layOut()
  }
  const reset = () => { Object.assign(view, { scale: 1, x: 0, y: 0 }); layOut() }

  // --- pointer and keys ------------------------------------------------------------------------
  const inside = (event) => !event.target.closest("button, .swipe")
  el.addEventListener("wheel", (event) => {
    event.preventDefault()
    zoomAt(event.deltaY < 0 ? ZOOM.step : 1 / ZOOM.step, event)
  }, { passive: false })
  el.addEventListener("pointerdown", (event) => {
    if (!inside(event) || event.button !== 0) return
    pressed = { x: event.clientX, y: event.clientY, start: { ...view }, pin: pinAt(event), moved: false, add: event.shiftKey || event.ctrlKey || event.metaKey }
    el.setPointerCapture(event.pointerId)
  })
  el.addEventListener("pointermove", (event) => {
    const pixel = pixelAt(event)
    onHover(pixel)
    el.classList.toggle("on-pin", pinAt(event) >= 0)
    if (!pressed) return
    const dx = event.clientX - pressed.x, dy = event.clientY - pressed.y
    if (!pressed.moved && Math.hypot(dx, dy) < 4) return
    pressed.moved = true
    if (pressed.pin >= 0) onMovePin(pressed.pin, pixel, false)
    else if (view.scale > 1) {
      view.x = pressed.start.x - dx / unit()
      view.y = pressed.start.y - dy / unit()
      bound()
      layOut()
    }
  })
  const release = (event) => {
    const was = pressed
    pressed = null
    if (!was || event.type === "pointercancel") return
    if (!was.moved) {
      performance.mark("explorer:pixel-clicked")
      onPick(pixelAt(event), was.add)
    } else if (was.pin >= 0) onMovePin(was.pin, pixelAt(event), true)
  }
  el.addEventListener("pointerup", release)
  el.addEventListener("pointercancel", release)
  el.addEventListener("pointerleave", () => onHover(null))
  el.addEventListener("keydown", (event) => {
    const act = { "+": () => zoomAt(ZOOM.step), "=": () => zoomAt(ZOOM.step), "-": () => zoomAt(1 / ZOOM.step), 0: reset }[event.key]
    if (act) { act(); event.preventDefault() }
  })
  const setSwipe = (value) => { swipe = Math.min(1, Math.max(0, value)); layOut() }
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId))
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return
    const box = el.getBoundingClientRect()
    setSwipe((event.clientX - box.left) / box.width)
  })
  handle.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key]
    if (by) { setSwipe(swipe + by); event.preventDefault(); event.stopPropagation() }
  })

  // Draws a frame, or nothing: another date's picture never stays under this date's name.
  const paint = (which, frame, overlay = null) => {
    const { canvas } = panes[which]
    const context = canvas.getContext("2d")
    context.clearRect(0, 0, SIZE, SIZE)
    if (frame) context.drawImage(frame, 0, 0)
    if (frame && overlay) context.drawImage(overlay, 0, 0)
  }
  return {
    el, message, readout, view, paint, reset,
    dates: panes.map((pane) => pane.date),
    get mode() { return mode },
    setMode(value) { mode = value; bound(); layOut() },
    setPins(value) { pins = value; drawPins() },
    resize(across, down) {
      side = Math.max(40, Math.floor(mode === "side" ? Math.min(across / 2, down) : Math.min(across, down)))
      width = mode === "side" ? side * 2 + 4 : side
      Object.assign(el.style, { width: `${width}px`, height: `${side}px` })
      layOut()
    },
  }
}
