// Shared by the explorer's components: one event bus a page, marks for what is on the screen, small DOM helpers.

const bus = (model) => {
  const name = (kind) => `explorer:${model.bus}:${kind}`
  return {
    emit: (kind, detail) => window.dispatchEvent(new CustomEvent(name(kind), { detail })),
    on: (kind, listener, signal) =>
      window.addEventListener(name(kind), (event) => listener(event.detail), { signal }),
  }
}

// A User Timing mark, set once what was just drawn has been presented.
const mark = (name, detail) =>
  requestAnimationFrame(() =>
    requestAnimationFrame(() => performance.mark(`explorer:${name}`, { detail })))

// A Bokeh model of this page by its name, wherever its document is; looked up once.
const found = new Map()
const bokehModel = (name) => {
  let model = found.get(name)
  if (model && model.document) return model
  for (const doc of window.Bokeh?.documents ?? []) {
    model = doc.get_model_by_name(name)
    if (model) {
      found.set(name, model)
      return model
    }
  }
  return null
}

const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value)
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value)
  }
  node.append(...children.filter((child) => child !== null))
  return node
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const longDate = (iso) => {
  const [year, month, day] = iso.split("-").map(Number)
  return `${day} ${MONTHS[month - 1]} ${year}`
}

const status = { WAITING: 0, THERE: 1, ABSENT: 2, BROKEN: 3 }

// A cross whose arms leave the pixel itself free, dark outline under colour, so that it shows on any ground.
const drawCross = (context, x, y, half, colour, reach = 11) => {
  for (const [width, stroke] of [[4, "rgba(0,0,0,.55)"], [2, colour]]) {
    context.lineWidth = width
    context.strokeStyle = stroke
    context.beginPath()
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * (half + 1), y + dy * (half + 1))
      context.lineTo(x + dx * (half + reach), y + dy * (half + reach))
    }
    context.rect(x - half, y - half, 2 * half, 2 * half)
    context.stroke()
  }
}

// Sizes a canvas to its box at the screen's resolution; returns its context in CSS pixels.
const fitCanvas = (canvas) => {
  const ratio = window.devicePixelRatio || 1
  const { clientWidth: width, clientHeight: height } = canvas
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
  }
  const context = canvas.getContext("2d")
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  return context
}
