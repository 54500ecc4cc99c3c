// What changes with every click and every date on a chart over time: the pins' curves, and the cursors. Bokeh paints its
// whole chart anew for each change (both charts: 24 ms, of which it asks 9 of the browser's styles); a canvas of our own
// over Bokeh's takes 3, and a cursor that is an element of the page next to nothing. Bokeh's models hold the same values,
// unseen, and come forward for a picture to be saved.

import { bokehModel, element, fitCanvas } from "../common/shared.js"

const LAYER_PARTS = ["lines", "pf", "s2", "smooth", "seasons"] // back to front
const LINE_DASHES = { solid: [], dashed: [6], dotted: [2, 4], dotdash: [2, 4, 6, 4] }

const tracePoint = (context, marker, x, y, r) => {
  const h = r * Math.sqrt(3),
    outline = {
      square: [
        [-r, -r],
        [r, -r],
        [r, r],
        [-r, r],
      ],
      diamond: [
        [0, r],
        [(2 * r) / 3, 0],
        [0, -r],
        [(-2 * r) / 3, 0],
      ],
      triangle: [
        [-r, h / 3],
        [r, h / 3],
        [0, h / 3 - h],
      ],
      inverted_triangle: [
        [-r, -h / 3],
        [r, -h / 3],
        [0, h - h / 3],
      ],
      star: Array.from({ length: 10 }, (_, i) => [
        Math.sin((i * Math.PI) / 5) * r * (i % 2 ? 0.4 : 1),
        -Math.cos((i * Math.PI) / 5) * r * (i % 2 ? 0.4 : 1),
      ]),
    }[marker]
  if (!outline) {
    context.moveTo(x + r, y)
    context.arc(x, y, r, 0, 2 * Math.PI)
    return
  }
  outline.forEach(([dx, dy], i) => (i ? context.lineTo(x + dx, y + dy) : context.moveTo(x + dx, y + dy)))
  context.closePath()
}

// `name` gives the full name of a model; a part's columns are those of its source (see `profile_charts.COLUMNS`).
export const makeLayer = (kind, name) => {
  const canvas = element("canvas", { class: "curves", style: "position:absolute;inset:0;pointer-events:none" })
  const upright = (dash, width) =>
    element("div", {
      hidden: true,
      style: `position:absolute;left:0;width:0;pointer-events:none;border-left:${width}px ${dash}`,
    })
  const rules = { cursor: upright("solid", 1.4), hover: upright("dotted", 1) }
  const data = {},
    places = { cursor: null, hover: null }
  let view = null,
    frame = null

  const source = (part) => bokehModel(name(`${kind}-${part}`))
  const plot = () => {
    const model = bokehModel(name(`${kind}-chart`))
    const now = model && Bokeh.index.find_one(model)
    if (!now?.frame) return null
    if (now !== view || !canvas.isConnected) {
      const { overlays, overlays_el } = now.canvas_view
      overlays.el.before(canvas)
      overlays_el.append(rules.cursor, rules.hover)
      if (now !== view) now.repainted.connect(draw) // another range, another size, or seen at last
      view = now
    }
    return model.visible && now.frame.bbox.width ? now : null
  }

  const strokeLines = (context, x, y, { xs, ys, colour, dash, width, alpha }) => {
    xs.forEach((times, i) => {
      const values = ys[i]
      context.strokeStyle = colour[i]
      context.lineWidth = width[i]
      context.globalAlpha = alpha[i]
      context.setLineDash(LINE_DASHES[dash[i]] ?? [])
      context.beginPath()
      let pen = false
      for (let k = 0; k < times.length; k++) {
        if (!Number.isFinite(values[k])) {
          pen = false
          continue
        }
        if (pen) context.lineTo(x(times[k]), y(values[k]))
        else context.moveTo(x(times[k]), y(values[k]))
        pen = true
      }
      context.stroke()
    })
    context.setLineDash([])
  }
  // Points of one look after each other are one path: a path each took three times as long.
  const drawPoints = (
    context,
    x,
    y,
    { date, value, alpha, marker },
    { r, width, fill, line, shape = (i) => marker[i] },
  ) => {
    context.lineWidth = width
    for (let i = 0; i < date.length; ) {
      const look = (k) => `${fill(k)} ${line(k)} ${alpha?.[k] ?? 1}`
      const same = look(i)
      context.fillStyle = fill(i)
      context.strokeStyle = line(i)
      context.globalAlpha = alpha?.[i] ?? 1
      context.beginPath()
      for (; i < date.length && look(i) === same; i++) tracePoint(context, shape(i), x(date[i]), y(value[i]), r)
      context.fill()
      context.stroke()
    }
  }
  const strokeMonths = (context, x, y, { left, right, value, colour }) => {
    context.lineWidth = 1.6
    context.globalAlpha = 0.6
    value.forEach((v, i) => {
      context.strokeStyle = colour[i]
      context.beginPath()
      context.moveTo(x(left[i]), y(v))
      context.lineTo(x(right[i]), y(v))
      context.stroke()
    })
  }
  const paint = {
    lines: strokeLines,
    smooth: strokeLines,
    pf: (context, x, y, d) =>
      drawPoints(context, x, y, d, {
        r: 1.8,
        width: 0.9,
        fill: (i) => d.fill[i],
        line: (i) => d.colour[i],
        shape: () => "circle",
      }),
    s2(context, x, y, d) {
      strokeMonths(context, x, y, d)
      drawPoints(context, x, y, d, { r: 4, width: 0.8, fill: (i) => d.colour[i], line: (i) => d.fill[i] })
    },
    seasons: (context, x, y, d) =>
      drawPoints(context, x, y, d, { r: 5, width: 1.2, fill: (i) => d.colour[i], line: () => "#ffffff" }),
  }

  const scales = () => {
    const { x_range, y_range } = view.model
    const { left, top, width, height } = frame
    return [
      (v) => left + ((v - x_range.start) / (x_range.end - x_range.start)) * width,
      (v) => top + height - ((v - y_range.start) / (y_range.end - y_range.start)) * height,
    ]
  }
  const placeRules = () => {
    for (const [what, rule] of Object.entries(rules)) {
      const at = places[what] === null || !frame ? -1 : scales()[0](places[what])
      rule.hidden = !frame || at < frame.left || at > frame.left + frame.width
      if (!rule.hidden) rule.style.transform = `translateX(${at - 0.5}px)`
    }
  }
  const draw = () => {
    if (!plot()) return
    const { left, top, width, height } = view.frame.bbox
    const { width: whole, height: high } = view.canvas_view.bbox
    frame = { left, top, width, height }
    for (const rule of Object.values(rules)) Object.assign(rule.style, { top: `${top}px`, height: `${height}px` })
    Object.assign(canvas.style, { width: `${whole}px`, height: `${high}px` })
    const context = fitCanvas(canvas, whole, high)
    context.save()
    context.beginPath()
    context.rect(left, top, width, height)
    context.clip()
    const [x, y] = scales()
    for (const part of LAYER_PARTS) if (data[part]) paint[part](context, x, y, data[part])
    context.restore()
    placeRules()
  }

  return {
    draw,
    has: (part) => LAYER_PARTS.includes(part) && (part !== "seasons" || kind === "index"),
    set(part, columns) {
      data[part] = columns
      source(part)?.setv({ data: columns }, { silent: true, sync: false })
    },
    move(what, place) {
      places[what] = place
      bokehModel(name(`${what}-${kind}`))?.setv({ location: place ?? 0 }, { silent: true, sync: false })
      if (plot()) placeRules()
    },
    wear(look) {
      for (const rule of Object.values(rules)) rule.style.borderLeftColor = look.ink
    },
    // Bokeh's own models come forward while `make` runs, and what it paints then has all that is seen. It needs to have
    // painted them once before.
    async lend(make) {
      const ours = view
        ? view.model.renderers.filter((r) => LAYER_PARTS.some((part) => r.data_source === source(part)))
        : []
      const cursor = bokehModel(name(`cursor-${kind}`))
      const show = (visible) => {
        for (const renderer of ours) renderer.setv({ visible }, { sync: false })
        cursor?.setv({ visible: visible && places.cursor !== null }, { sync: false })
      }
      for (const part of LAYER_PARTS) if (data[part]) source(part)?.change.emit() // set in silence, heard now
      show(true)
      for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame)
      try {
        return make()
      } finally {
        show(false)
      }
    },
  }
}
