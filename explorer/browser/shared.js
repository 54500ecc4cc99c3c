// Shared by the page and the stand-alone page: marks for what is on the screen, and what all need of the DOM.

/**
 * Once what was just drawn has been presented.
 * @param {() => void} then
 */
export const afterPaint = (then) => requestAnimationFrame(() => requestAnimationFrame(then))

/**
 * A User Timing mark, set once what was just drawn has been presented.
 * @param {string} name Without `explorer:`.
 * @param {any} [detail]
 * @param {(() => void) | null} then
 */
export const mark = (name, detail, then = null) =>
  afterPaint(() => {
    performance.mark(`explorer:${name}`, { detail })
    then?.()
  })

const found = new Map()
/**
 * A Bokeh model of this page by its name, wherever its document is; looked up once. Null while there is none.
 * @param {string} name
 * @returns {any}
 */
export const bokehModel = (name) => {
  let model = found.get(name)
  if (model?.document) return model
  for (const doc of window.Bokeh?.documents ?? []) {
    model = doc.get_model_by_name(name)
    if (model) {
      found.set(name, model)
      return model
    }
  }
  return null
}

// Bokeh's arrays are typed arrays whose own subarray() forgets where it is to begin.
export const plainArray = (array) =>
  array &&
  new ({ float32: Float32Array, float64: Float64Array, uint8: Uint8Array }[array.dtype] ?? array.constructor)(
    array.buffer,
    array.byteOffset,
    array.length,
  )

/**
 * A picture out of its bytes, to be drawn and closed: 146 of them take 20 ms, by way of blobs 80 to 130 (each goes to
 * another process and back). The decoder is there in secure contexts only (https, or this machine), and its colours of fine
 * detail are a little coarser (mean error 2.8 of 255 where blobs have 2.6): not for what is looked at alone (`exact`).
 * @param {BufferSource} bytes
 * @param {string} type Its media type.
 * @param {boolean} exact
 */
export const decodePicture = async (bytes, type, exact) => {
  if (exact || !window.ImageDecoder) return createImageBitmap(new Blob([bytes], { type }))
  const decoder = new ImageDecoder({ data: bytes, type })
  try {
    return (await decoder.decode()).image
  } finally {
    decoder.close()
  }
}

/**
 * Draws once, a little later, however often it was asked. What is urgent goes first.
 * @param {(parts: Set<string>) => void} draw Is told what has changed since.
 * @param {number} wait ms
 */
export const makeSoon = (draw, wait = 0) => {
  let parts = /** @type {Set<string> | null} */ (null)
  return (/** @type {string} */ part) => {
    if (parts) {
      parts.add(part)
      return
    }
    parts = new Set([part])
    setTimeout(
      () =>
        requestAnimationFrame(() => {
          const all = parts
          parts = null
          draw(all)
        }),
      wait,
    )
  }
}

/**
 * An HTML element. Attributes that begin with `on` are listeners; one that is null, undefined or false is left out, as a child that is null is.
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {Array<Node | string | null>} children
 * @returns {any} An element of that tag.
 */
export const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value)
    else if (value !== null && value !== undefined && value !== false)
      node.setAttribute(key, value === true ? "" : value)
  }
  node.append(...children.filter((child) => child !== null))
  return node
}

// A number as people type it: `0,25` is 0.25. What is none, or could be two (`1,000`), is said and never taken for another.
const readNumber = (text, { min = null, max = null, step = null } = {}) => {
  const typed = text.trim().replace("−", "-")
  if (!typed) return { value: null }
  if (!/^[+-]?(\d+[.,]?\d*|[.,]\d+)$/.test(typed))
    return { problem: `“${typed.slice(0, 20)}” is no number: write for example 0.25` }
  if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(typed))
    return { problem: `“${typed}” can be two numbers: write ${typed.replace(",", "")} or ${typed.replace(",", ".")}` }
  const value = Number(typed.replace(",", "."))
  if (Number(step) === 1 && !Number.isInteger(value)) return { problem: `${typed} is no whole number` }
  if ((min !== null && value < Number(min)) || (max !== null && value > Number(max)))
    return {
      problem:
        max === null
          ? `${typed} is too small: ${min} or more`
          : min === null
            ? `${typed} is too large: ${max} at most`
            : `${typed} is not from ${min} to ${max}`,
    }
  return { value }
}
// A field for a number. Browsers' own drops a comma as it is typed, so that 0,25 becomes 25. Who listens for `change` hears of
// numbers only, `value` with a point; `step` 1 means whole numbers, and how far the arrow keys go.
export const numberInput = ({ class: kind = "", min = null, max = null, step = null, ...attributes }) => {
  const input = element("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    role: "spinbutton",
    "aria-valuemin": min,
    "aria-valuemax": max,
    class: `number ${kind}`.trim(),
    ...attributes,
  })
  const problem = element("span", { class: "number-problem", role: "alert" })
  const say = (text) => {
    input.setCustomValidity(text) // a form with it is not sent
    if (text) input.setAttribute("aria-invalid", "true")
    else input.removeAttribute("aria-invalid")
    problem.textContent = text
    if (text) input.after(problem)
    else problem.remove()
  }
  input.addEventListener("change", (event) => {
    const { value, problem: why = "" } = readNumber(input.value, { min, max, step })
    say(why)
    if (why) {
      event.stopImmediatePropagation()
      return
    }
    input.value = value === null ? "" : String(value)
    if (value !== null) input.setAttribute("aria-valuenow", value)
  })
  input.addEventListener("input", () => say(""))
  input.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key]
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    const { value = null } = readNumber(input.value)
    const by = Number(step ?? 1),
      places = (String(by).split(".")[1] ?? "").length
    const next = Math.min(
      Math.max((value ?? Number(min ?? 0)) + way * by, Number(min ?? -Infinity)),
      Number(max ?? Infinity),
    )
    input.value = String(Number(next.toFixed(Math.max(places, 1))))
    input.dispatchEvent(new Event("change", { bubbles: true }))
  })
  return input
}

// How much closer one event of a wheel or a trackpad goes: as far as it scrolled, whether that came as one step or as fifty.
// A quarter closer for a wheel's step (100 px); 1, which is no zoom, where the fingers went sideways.
const WHEEL = { line: 16, page: 400, half: 310, most: 400, pinch: 100, squeeze: 50 } // px; those of `half` double
export const wheelFactor = ({ deltaX, deltaY, deltaMode, ctrlKey }) => {
  if (!Number.isFinite(deltaY) || Math.abs(deltaX) > Math.abs(deltaY)) return 1
  const pixels = -deltaY * [1, WHEEL.line, WHEEL.page][deltaMode]
  const within = (most) => Math.min(Math.max(pixels, -most), most)
  // Two fingers that spread come as a wheel with ctrl, 100 px times the logarithm of how far.
  return ctrlKey ? Math.exp(within(WHEEL.squeeze) / WHEEL.pinch) : 2 ** (within(WHEEL.most) / WHEEL.half)
}

export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
/**
 * `2018-07-02` as `2 Jul 2018`.
 * @param {string} iso
 */
export const longDate = (iso) => {
  const [year, month, day] = iso.split("-").map(Number)
  return `${day} ${MONTHS[month - 1]} ${year}`
}
/**
 * How much of a date is gap-filled; nothing where nothing is, or nobody says so.
 * @param {number | null | undefined} share 0 to 1
 */
export const gapText = (share) => (share > 0 ? `${share < 0.01 ? "< 1" : Math.round(100 * share)} % gap-filled` : "")

export const status = { WAITING: 0, THERE: 1, ABSENT: 2, BROKEN: 3 }

/**
 * Strokes what `trace` adds to the path: dark and wider, then in its colour, so that it shows on any ground.
 * @param {CanvasRenderingContext2D} context
 * @param {string} colour
 * @param {number} width CSS pixels of the coloured line
 * @param {() => void} trace
 */
const strokeOnDark = (context, colour, width, trace, dark = 2 * width) => {
  for (const [lineWidth, strokeStyle] of /** @type {const} */ ([
    [dark, "rgba(0,0,0,.6)"],
    [width, colour],
  ])) {
    Object.assign(context, { lineWidth, strokeStyle })
    context.beginPath()
    trace()
    context.stroke()
  }
}
const traceArms = (context, x, y, from, to) => {
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ]) {
    context.moveTo(x + dx * from, y + dy * from)
    context.lineTo(x + dx * to, y + dy * to)
  }
}

const lightOf = (/** @type {string} */ channel) => {
  const value = Number.parseInt(channel, 16) / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}
/**
 * Black or white, whichever can be read on a colour: by its luminance, as WCAG 2 defines it.
 * @param {string} colour `#rrggbb`
 */
export const inkOn = (colour) => {
  const [, red = "0", green = "0", blue = "0"] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour) ?? []
  return 0.2126 * lightOf(red) + 0.7152 * lightOf(green) + 0.0722 * lightOf(blue) > 0.18 ? "#10191f" : "#ffffff"
}

/**
 * What stands at a pin's cross: its number where there are several, and its name.
 * @param {{ name?: string }} pin
 * @param {number} i Its place, from 0.
 * @param {number} count Of all pins.
 */
export const pinText = ({ name }, i, count) => [count > 1 ? String(i + 1) : "", name ?? ""].filter(Boolean).join(" ")

/**
 * Words beside a place of a picture, legible on any ground.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x CSS pixels, as `y`, of its left end and its foot.
 * @param {number} y
 * @param {number} [size] CSS pixels.
 */
export const drawWords = (context, text, x, y, size = 12) => {
  if (!text) return
  context.font = `600 ${size}px system-ui, sans-serif`
  Object.assign(context, { lineWidth: size / 4, lineJoin: "round", strokeStyle: "rgba(0,0,0,.65)", fillStyle: "#fff" })
  context.strokeText(text, x, y)
  context.fillText(text, x, y)
}

/**
 * A pinned pixel of a picture that is small: four arms that leave the pixel itself free.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x CSS pixels, as the others
 * @param {number} y
 * @param {string} colour
 * @param {{ from: number, to: number, width?: number }} arms How far from the middle they begin and end.
 */
export const drawArms = (context, x, y, colour, { from, to, width = 2 }) =>
  strokeOnDark(context, colour, width, () => traceArms(context, x, y, from, to))

// A cross whose arms leave the pixel itself free, and the pixel's outline.
export const drawCross = (context, x, y, half, colour, reach = 11) =>
  strokeOnDark(context, colour, 2, () => {
    traceArms(context, x, y, half + 1, half + reach)
    context.rect(x - half, y - half, 2 * half, 2 * half)
  })

// The row (or column) of the 10 m pixel that holds the centre of a 3 m pixel, as `profiles.to_s2` says it.
const tenMetre = (v) => Math.floor(((v + 0.5) * 3) / 10)

// The outline of that 10 m pixel on an overlay: `unit` CSS pixels a 3 m pixel, `left` and `top` of the view in 3 m pixels.
export const drawTenMetre = (context, pin, unit, left = 0, top = 0) => {
  const edge = (10 / 3) * unit
  const x = ((tenMetre(pin.col) * 10) / 3 - left) * unit,
    y = ((tenMetre(pin.row) * 10) / 3 - top) * unit
  strokeOnDark(context, "#fff", 1.25, () => context.rect(x, y, edge, edge), 3)
}

/**
 * Sizes a canvas to its box at the screen's resolution; returns its context, emptied, in CSS pixels. Who knows the box's
 * size says it: to ask the canvas makes the browser lay out the page first.
 * @param {HTMLCanvasElement} canvas
 */
export const fitCanvas = (canvas, width = canvas.clientWidth, height = canvas.clientHeight) => {
  const ratio = window.devicePixelRatio || 1
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
  }
  const context = canvas.getContext("2d")
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  return context
}

// Drawn, not typed: fonts lack these signs, or show them as coloured emoji.
export const ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  last: "M11 3h2v10h-2zM3 3v10l7-5z",
  previous: "M11 3v10L4 8z",
  next: "M5 3v10l7-5z",
  play: "M4 2.5v11L13.5 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  save: "M7 1h2v7h3l-4 4.5L4 8h3zM2 13h12v2H2z",
  loop: "M8 3a5 5 0 0 1 4.6 3H11v1.5h4V3.4h-1.4v1.5A6.5 6.5 0 0 0 1.6 7h1.5A5 5 0 0 1 8 3zm0 10a5 5 0 0 1-4.6-3H5V8.5H1v4.1h1.4v-1.5A6.5 6.5 0 0 0 14.4 9h-1.5A5 5 0 0 1 8 13z",
}
/**
 * An element of SVG.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {Array<Node | string>} children
 * @returns {any}
 */
export const svgElement = (tag, attributes = {}, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value))
  node.append(...children)
  return node
}
export const icon = (name) =>
  svgElement(
    "svg",
    { viewBox: "0 0 16 16", width: 14, height: 14, fill: "currentColor", "aria-hidden": "true" },
    svgElement("path", { d: ICONS[name] }),
  )

/**
 * Puts what is read at the pointer beside it, within the window.
 * @param {HTMLElement} box Fixed, and not hidden.
 * @param {number} left Of the pointer, CSS pixels of the window, as `top`.
 * @param {number} top
 * @param {number} [under] What it shall not cover, where there is room above it.
 */
export const placeBeside = (box, left, top, under = -Infinity) => {
  const { width, height } = box.getBoundingClientRect()
  const beside = left + 18 + width < window.innerWidth ? left + 18 : left - 18 - width
  const over = under - height - 4
  box.style.left = `${Math.max(4, beside)}px`
  box.style.top = `${over >= 4 ? over : Math.max(4, Math.min(top - height / 2, window.innerHeight - height - 6))}px`
}

/**
 * A list to choose from, with its name.
 * @param {string} label
 * @param {string[][]} options Value and text of each.
 * @param {string} chosen
 * @param {(value: string) => void} act Hears of the choice.
 */
export const choice = (label, options, chosen, act) => {
  const list = element(
    "select",
    { "aria-label": label, title: label },
    ...options.map(([value, text]) => element("option", { value, selected: value === chosen }, text)),
  )
  list.addEventListener("change", () => act(list.value))
  return list
}

/**
 * Gives a person a file to keep.
 * @param {string} name
 * @param {Blob} blob
 */
export const saveFile = (name, blob) => {
  const link = element("a", { href: URL.createObjectURL(blob), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000) // a large one takes its time
}

// What has the focus, within whatever shadow roots.
export const focusedNode = () => {
  let node = document.activeElement
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node
}

/**
 * A drawer of the page: one is open at a time, and who closes it by Escape is back where they were. Keys in it are its own.
 * @param {HTMLElement} panel
 * @param {string} name
 * @param {{ emit: (kind: string, detail?: any) => void, on: (kind: string, listener: (detail: any) => void, signal?: AbortSignal) => void }} page
 * @param {AbortSignal} signal
 * @param {{ changed?: (open: boolean) => void, shown: () => void }} told
 * @returns {(open: boolean) => void}
 */
export const makeDrawer = (panel, name, page, signal, { changed = (_open) => {}, shown }) => {
  const back = makeReturn(panel)
  const setOpen = (open) => {
    if (panel.hidden === !open) return
    if (open) back.opened()
    else back.closed()
    panel.hidden = !open
    changed(open)
    if (!open) return
    page.emit("drawer", name)
    shown()
  }
  page.on(
    "drawer",
    (other) => {
      if (other !== name) setOpen(false)
    },
    signal,
  )
  return setOpen
}
export const keepKeys = (panel, close) => {
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close()
      event.preventDefault()
    }
    event.stopPropagation() // keys in here are not the animation's
  })
  // Escape closes what lies over the page also from beside it: one at a time, and not what somebody writes.
  const outside = (event) => {
    if (!panel.isConnected) {
      window.removeEventListener("keydown", outside)
      return
    }
    if (event.key !== "Escape" || event.defaultPrevented || isWriting(event) || !panel.getClientRects().length) return
    close()
    event.preventDefault()
  }
  window.addEventListener("keydown", outside)
}

// Gives the focus to what may only get its place with the next layout: what has none cannot have it.
export const focusWhenShown = (node, wanted = () => true, frames = 180) => {
  if (!node.isConnected || !wanted()) return
  if (node.getClientRects().length) node.focus({ preventScroll: true })
  else if (frames) requestAnimationFrame(() => focusWhenShown(node, wanted, frames - 1))
}

// Where the focus goes back to when what was opened is closed: to what had it, unless it is elsewhere by now.
export const makeReturn = (panel) => {
  let from = null
  const isFree = () => {
    const now = focusedNode()
    return !now || now === document.body || panel.contains(now)
  }
  return {
    opened() {
      from = focusedNode()
    },
    closed() {
      const wanted = from
      from = null
      if (wanted) focusWhenShown(wanted, isFree)
    },
  }
}

/**
 * Draws anew what may hold the focus: the control of the same name, or in the same place, has it afterwards.
 * @param {any} box An element.
 * @param {() => void} draw
 */
export const keepFocus = (box, draw) => {
  const controls = () => [...box.querySelectorAll("button:not(:disabled), input, select, textarea, [tabindex='0']")]
  const nameOf = (node) => node.getAttribute("aria-label") ?? node.textContent
  const at = controls().indexOf(box.getRootNode().activeElement),
    had = at < 0 ? "" : nameOf(controls()[at])
  draw()
  if (at < 0) return
  const now = controls()
  ;(now.find((node) => nameOf(node) === had) ?? now[Math.min(at, now.length - 1)])?.focus({ preventScroll: true })
}

// --- keys --------------------------------------------------------------------------------------------------------
// Where keys that are pressed are a text, and nobody's shortcut: fields and editors of any kind, a notebook's cells too.
const EDITORS =
  "textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit], [type=reset], [type=color], [type=file], [type=image]), [role=textbox], [role=searchbox], [role=combobox], .cm-editor, .CodeMirror, .monaco-editor, .ace_editor"
const isEditor = (node) => node.nodeType === 1 && (node.isContentEditable || node.matches(EDITORS))
export const isWriting = (event) => event.composedPath().some(isEditor)

// An Enter or a letter that is part of what an input method composes is no key of ours.
export const composes = (event) => event.isComposing || event.keyCode === 229

// The element that holds the whole explorer, of a component's element: the page around its head; without one, what is outermost.
export const pageRoot = (el) => {
  for (let node = el; ; ) {
    const root = node.getRootNode()
    if (!(root instanceof ShadowRoot)) return node
    node = root.host
    if ([...root.children].some((child) => child.classList.contains("area-head"))) return node
  }
}

// Brings the animation of a component's page into sight: where panels stand below each other, it can be far from what was clicked.
export const showPicture = (el) =>
  pageRoot(el).shadowRoot?.querySelector(".area-planet")?.scrollIntoView({ block: "start" })

// Whether the explorer may take the focus for what has come by itself: in a notebook, somebody may have gone on to write in another cell.
export const mayTakeFocus = (node) => {
  const now = document.activeElement
  return !now || now === document.body || inDocument(node).contains(now)
}

// The element of the document itself in which a node is, through all shadow roots.
export const inDocument = (node) => {
  while (node.getRootNode() instanceof ShadowRoot) node = node.getRootNode().host
  return node
}

// Whether a key is the explorer's business: pressed within it, or nowhere at all on a page that is the explorer alone.
export const isOurKey = (event, el) => {
  if (event.defaultPrevented || composes(event)) return false
  const root = pageRoot(el),
    path = event.composedPath()
  if (path.includes(root)) return true
  const nowhere = path[0] === document.body || path[0] === document.documentElement
  return nowhere && Boolean(inDocument(root).closest("main#page"))
}

// The letter or digit of a key, lower case; of other keys their name. A Latin letter is the one that is written on the key (AZERTY,
// QWERTZ), with caps lock too; on other layouts it is the one at the same place.
export const letterOf = ({ key, code, shiftKey }) => {
  if (key.length !== 1 || key === "?") return key
  if (/[a-z0-9]/i.test(key)) return key.toLowerCase()
  const [, letter, digit] = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(code) ?? []
  return letter?.toLowerCase() ?? (shiftKey ? key : (digit ?? key))
}
