// Regions drawn in the image, boxes and polygons: by pointer, touch or keys; moved by their outline, corners or tag.
// By keys, pins and polygons have a cross that the arrows move.

import { drawCross, element, ICONS, icon } from "../../browser/shared.js"
import { middleOfPixel, SIZE } from "./chip.js"
import { plate } from "./picture_file.js"

const HALF = (value) => Math.round(Math.min(SIZE, Math.max(0, value)) * 2) / 2
const METRES = 3 // of a pixel's edge
const MOST = { regions: 4, corners: 64 }
const TOOLS = {
  pin: {
    label: "Pin pixels",
    title:
      "Pin a pixel with a click, shift-click adds one; drag to pan (key P). By keys: P shows a cross, arrows move it, Enter pins, shift and Enter adds, Esc gives up",
    path: "M8 1a4.5 4.5 0 0 0-4.5 4.5C3.5 9 8 15 8 15s4.5-6 4.5-9.5A4.5 4.5 0 0 0 8 1zm0 6.2a1.8 1.8 0 1 1 0-3.6 1.8 1.8 0 0 1 0 3.6z",
  },
  box: {
    label: "Draw a box",
    title:
      "Draw a box by dragging (key B). By keys: arrows move it, shift and arrows size it, Enter sets it, Esc gives up",
    hint: "Drag a box · or arrows, shift + arrows, Enter",
    path: "M2 3h12v10H2zM3.5 4.5v7h9v-7z",
  },
  polygon: {
    label: "Draw a polygon",
    title:
      "Draw a polygon by clicking its corners (key G): a double click, Enter or a click on the first corner closes it, Backspace takes one back, Esc gives up. By keys: arrows move the cross, space sets a corner",
    hint: "Click the corners, a double click closes it · or arrows, space, Enter",
    path: "M8 1.2 14.8 6.4 12.2 14.2H3.8L1.2 6.4zM8 3.1 3 6.9l1.9 5.8h6.2L13 6.9z",
  },
}

export const cornersOf = ({ kind, points }) => {
  if (kind !== "box") return points
  const [[r0, c0], [r1, c1]] = points
  return [
    [r0, c0],
    [r0, c1],
    [r1, c1],
    [r1, c0],
  ]
}
const edgesOf = (corners) => corners.map((corner, i) => [corner, corners[(i + 1) % corners.length]])
const boundsOf = (corners) => {
  const rows = corners.map(([row]) => row),
    cols = corners.map(([, col]) => col)
  return { top: Math.min(...rows), bottom: Math.max(...rows), left: Math.min(...cols), right: Math.max(...cols) }
}
const crosses = (corners) => {
  const side = ([ar, ac], [br, bc], [pr, pc]) => Math.sign((br - ar) * (pc - ac) - (bc - ac) * (pr - ar))
  const edges = edgesOf(corners)
  return edges.some(([a, b], i) =>
    edges.some(([c, d], k) => k > i && side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0),
  )
}
// What a region measures, in words; the area of an outline that crosses itself is for the server to find.
const measureOf = (corners) => {
  const { top, bottom, left, right } = boundsOf(corners)
  const area = Math.abs(edgesOf(corners).reduce((sum, [[ar, ac], [br, bc]]) => sum + ac * br - bc * ar, 0)) / 2
  const size = `${(right - left) * METRES} × ${(bottom - top) * METRES} m`
  return crosses(corners) ? `${size}, edges cross` : `${size}, ${((area * METRES * METRES) / 10000).toFixed(2)} ha`
}
const toEdge = ([row, col], [[ar, ac], [br, bc]]) => {
  const length = (br - ar) ** 2 + (bc - ac) ** 2
  const t = length ? Math.min(1, Math.max(0, ((row - ar) * (br - ar) + (col - ac) * (bc - ac)) / length)) : 0
  return Math.hypot(row - ar - t * (br - ar), col - ac - t * (bc - ac))
}

// Draws an outline: dark under colour, so that it shows on any ground.
export const strokeRegion = (context, corners, colour, place, { closed = true, width = 2, handles = false } = {}) => {
  context.beginPath()
  corners.map(place).forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)))
  if (closed) context.closePath()
  context.lineJoin = "round"
  for (const [line, stroke] of [
    [width + 2, "rgba(0,0,0,.6)"],
    [width, colour],
  ]) {
    context.lineWidth = line
    context.strokeStyle = stroke
    context.stroke()
  }
  if (!handles) return
  for (const [x, y] of corners.map(place)) {
    context.fillStyle = "rgba(0,0,0,.6)"
    context.fillRect(x - 4, y - 4, 8, 8)
    context.fillStyle = "#fff"
    context.fillRect(x - 2.5, y - 2.5, 5, 5)
  }
}

// `pixels` are along the picture's edge: the keys' cross steps from one to the next.
export const makeDrawing = ({ button, onAdd, onMove, onRemove, onPin, onAim, middle, pixels, redraw, focus }) => {
  let aim = null // where the keys' cross is, [row, col]
  let tool = "pin",
    regions = [],
    draft = null,
    held = null,
    over = -1,
    told = 0,
    tapped = { time: 0, row: 0, col: 0 }
  const tags = element("div", { class: "tags" })
  const hint = element("div", { class: "hint", role: "status", hidden: true })
  const buttons = Object.entries(TOOLS).map(([name, { label, title, path }]) => {
    ICONS[name] = path
    return button(
      label,
      icon(name),
      () => {
        setTool(name)
        focus()
      },
      { title, "data-tool": name, "aria-pressed": String(name === tool) },
    )
  })
  const bar = element("div", { class: "tools", role: "group", "aria-label": "Pin, box or polygon" }, ...buttons)
  let timer = 0
  const say = (text, passing = false) => {
    clearTimeout(timer)
    hint.textContent = text ?? ""
    hint.hidden = !text
    if (passing) timer = setTimeout(() => say(""), 8000)
  }

  const setTool = (name) => {
    draft = aim = null
    tool = name
    for (const item of buttons) item.setAttribute("aria-pressed", String(item.dataset.tool === name))
    say(TOOLS[name].hint)
    if (name !== "pin" && regions.length >= MOST.regions) {
      setTool("pin")
      say(`${MOST.regions} regions are the most: remove one first`, true)
    }
    redraw()
  }
  const finish = () => {
    const { kind, points } = draft
    const corners = points.filter(([row, col], i) => !i || row !== points[i - 1][0] || col !== points[i - 1][1])
    if (kind === "polygon" && corners.length < 3) {
      say("A polygon has three corners at least")
      return
    }
    setTool("pin")
    onAdd(kind, corners)
  }
  const box = ([row, col], [endRow, endCol]) => {
    const [r0, r1] = [row, endRow].map(Math.round).sort((a, b) => a - b),
      [c0, c1] = [col, endCol].map(Math.round).sort((a, b) => a - b)
    const top = Math.min(r0, SIZE - 1),
      left = Math.min(c0, SIZE - 1)
    return [
      [top, left],
      [Math.max(r1, top + 1), Math.max(c1, left + 1)],
    ]
  }

  // --- by pointer: a point is [row, col], `reach` how far a finger or a mouse may miss, in pixels of the chip ---
  const grab = (point, reach) => {
    for (let i = regions.length - 1; i >= 0; i--) {
      const corners = cornersOf(regions[i])
      const corner = corners.findIndex(([row, col]) => Math.hypot(row - point[0], col - point[1]) <= reach)
      if (corner >= 0 || edgesOf(corners).some((edge) => toEdge(point, edge) <= reach * 0.7))
        return { index: i, corner }
    }
    return null
  }
  const hold = (index, corner, point) => {
    held = { index, corner, point, shape: regions[index] }
  }
  const down = (point, reach) => {
    if (draft?.kind === "polygon") return false // a click is its next corner, and nothing else
    const found = grab(point, reach)
    if (found) hold(found.index, found.corner, point)
    else if (tool === "box") draft = { kind: "box", from: point, points: box(point, point) }
    return Boolean(found) || tool === "box"
  }
  const shifted = ({ kind, points }, corner, rows, cols) => {
    if (corner < 0) {
      const { top, bottom, left, right } = boundsOf(points)
      const step = (v, low, high) =>
        Math.min(high, Math.max(low, kind === "box" ? Math.round(v) : HALF(Math.abs(v)) * Math.sign(v)))
      const r = step(rows, -top, SIZE - bottom),
        c = step(cols, -left, SIZE - right)
      return points.map(([row, col]) => [row + r, col + c])
    }
    if (kind !== "box")
      return points.map(([row, col], i) => (i === corner ? [HALF(row + rows), HALF(col + cols)] : [row, col]))
    const corners = cornersOf({ kind, points }),
      moved = corners[corner]
    return box(corners[(corner + 2) % 4], [HALF(moved[0] + rows), HALF(moved[1] + cols)])
  }
  const put = (index, points, done) => {
    regions = regions.map((region, i) =>
      i === index ? { ...region, points, size: measureOf(cornersOf({ ...region, points })) } : region,
    )
    redraw()
    if (!done && performance.now() - told < 120) return // its profile is many pixels' work
    told = performance.now()
    onMove(index, points, done)
  }
  const move = (point) => {
    if (held)
      put(held.index, shifted(held.shape, held.corner, point[0] - held.point[0], point[1] - held.point[1]), false)
    else if (draft?.from) {
      draft.points = box(draft.from, point)
      redraw()
    }
  }
  const hover = (point, reach) => {
    const found = draft ? null : grab(point, reach)
    if (draft?.kind === "polygon") {
      draft.at = point.map(HALF)
      redraw()
    }
    if ((found?.index ?? -1) !== over) {
      over = found?.index ?? -1
      redraw()
    }
    return Boolean(found)
  }
  const up = (moved) => {
    if (held) {
      const { index } = held
      held = null
      if (moved) onMove(index, regions[index].points, true)
      return moved
    }
    if (!draft?.from) return false
    if (moved) finish()
    else {
      draft = null
      redraw()
    }
    return true
  }
  const click = (point, reach, time) => {
    if (tool !== "polygon") return tool === "box"
    const corner = point.map(HALF)
    const twice = time - tapped.time < 400 && Math.hypot(point[0] - tapped.row, point[1] - tapped.col) <= reach
    tapped = { time, row: point[0], col: point[1] }
    const first = draft?.points[0]
    if (first && (twice || (draft.points.length > 2 && Math.hypot(first[0] - point[0], first[1] - point[1]) <= reach)))
      finish()
    else if (!draft) draft = { kind: "polygon", points: [corner], at: null }
    else if (draft.points.length < MOST.corners) draft.points.push(corner)
    else say(`${MOST.corners} corners are the most: Enter closes the polygon`)
    redraw()
    return true
  }
  const cancel = () => {
    held = null
    if (draft?.from) draft = null
    redraw()
  }

  // --- by keys ------------------------------------------------------------------------------------------------
  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
  const takeAim = (point) => {
    aim = point.map((v) => middleOfPixel(v, pixels) + 0.5)
    if (tool === "polygon" && draft) draft.at = aim
    onAim(aim)
    const keys =
      tool === "pin"
        ? "Enter pins, shift + Enter adds"
        : draft?.points.length > 2
          ? "space sets a corner, Enter closes"
          : "space sets a corner"
    const [row, col] = aim.map((v) => Math.floor((v * pixels) / SIZE))
    say(`Row ${row}, col ${col} · arrows move, with shift by 10 · ${keys} · Esc`)
    redraw()
  }
  const dropAim = () => {
    if (!aim) return
    aim = null
    say(TOOLS[tool].hint)
    redraw()
  }
  const corner = () => {
    const last = draft?.points.at(-1)
    if (last && last[0] === aim[0] && last[1] === aim[1]) return
    if (!draft) draft = { kind: "polygon", points: [aim], at: null }
    else if (draft.points.length < MOST.corners) draft.points.push(aim)
    takeAim(aim)
  }
  const key = (event) => {
    const arrow = ARROWS[event.key]
    if (event.key === "Escape" && aim && tool === "pin") dropAim()
    else if (event.key === "Escape" && (draft || tool !== "pin")) {
      if (draft) {
        draft = aim = null
        redraw()
      } else setTool("pin")
    } else if (arrow && (aim || tool === "polygon")) {
      const step = ((event.shiftKey ? 10 : 1) * SIZE) / pixels,
        from = aim ?? middle()
      takeAim([from[0] + arrow[0] * step, from[1] + arrow[1] * step])
    } else if (aim && tool === "pin" && event.key === "Enter")
      onPin({ row: Math.floor(aim[0]), col: Math.floor(aim[1]) }, event.shiftKey)
    else if (tool === "polygon" && event.key === " ") {
      aim ??= middle().map((v) => middleOfPixel(v, pixels) + 0.5)
      corner()
    } else if (event.key === "Enter" && draft) finish()
    else if (event.key === "Backspace" && draft?.kind === "polygon") {
      draft.points.pop()
      if (!draft.points.length) draft = null
      redraw()
    } else if (tool === "box" && arrow) {
      const [row, col] = middle()
      draft ??= { kind: "box", points: box([row - 10, col - 10], [row + 10, col + 10]) }
      const [[r0, c0], [r1, c1]] = draft.points,
        step = event.altKey ? 10 : 1
      draft.points = event.shiftKey
        ? box([r0, c0], [HALF(Math.max(r0 + 1, r1 + arrow[0] * step)), HALF(Math.max(c0 + 1, c1 + arrow[1] * step))])
        : shifted(draft, -1, arrow[0] * step, arrow[1] * step)
      const { top, bottom, left, right } = boundsOf(draft.points)
      say(`${measureOf(cornersOf(draft))} · rows ${top} to ${bottom - 1}, cols ${left} to ${right - 1} · Enter sets it`)
      redraw()
    } else return false
    return true
  }
  const shortcut = (letter) => {
    const name = { p: "pin", b: "box", g: "polygon" }[letter]
    const aimed = Boolean(aim)
    if (name) setTool(name)
    if (name === "pin" && !aimed) takeAim(middle()) // P again takes the cross away
    return Boolean(name)
  }
  const onTagKey = (event, index) => {
    const arrow = ARROWS[event.key]
    if (event.key === "Delete" || event.key === "Backspace") onRemove(index)
    else if (arrow) put(index, shifted(regions[index], -1, ...arrow.map((v) => v * (event.shiftKey ? 10 : 1))), true)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  // --- what is seen -------------------------------------------------------------------------------------------
  // `place` gives [x, y] of [row, col] in CSS pixels; called when something moved, never for a frame.
  const paint = (context, place, { letters = false, file = false } = {}) => {
    regions.forEach((region, i) => {
      strokeRegion(context, cornersOf(region), region.colour, place, {
        handles: !file && (i === over || i === held?.index),
      })
      const [x, y] = tagPlace(region, place)
      if (letters) plate(context, region.name ? `${region.letter} ${region.name}` : region.letter, x, y, { size: 10 })
    })
    if (file) return
    if (aim) drawCross(context, ...place(aim), 5, "#fff", 16)
    if (!draft) return
    const corners = draft.kind === "polygon" && draft.at ? [...draft.points, draft.at] : cornersOf(draft)
    strokeRegion(context, corners, "#fff", place, { closed: draft.kind === "box", handles: true })
    if (corners.length < 3) return
    const text = measureOf(corners),
      [x, y] = place(corners.at(draft.kind === "box" ? 2 : -1))
    context.font = "600 12px system-ui, sans-serif"
    const wide = context.measureText(text).width + 10,
      most = context.canvas.clientWidth,
      deep = context.canvas.clientHeight
    const left = Math.max(2, Math.min(x + 8, most - wide - 2)),
      top = Math.max(2, Math.min(y + 8, deep - 20))
    context.fillStyle = "rgba(10,18,24,.8)"
    context.fillRect(left, top, wide, 18)
    context.fillStyle = "#fff"
    context.textBaseline = "middle"
    context.fillText(text, left + 5, top + 9.5)
    context.textBaseline = "alphabetic"
  }
  // Above the region; below it where the date is written.
  const tagPlace = (region, place) => {
    const { top, bottom, left } = boundsOf(region.points)
    const [x, y] = place([top, left])
    return y > 56 || x > 230 ? [x - 1, Math.max(y - 25, y > 0 ? 1 : -30)] : [x - 1, place([bottom, left])[1] + 2]
  }
  const layOut = (place, wide, high) => {
    regions.forEach((region, i) => {
      const [x, y] = tagPlace(region, place),
        tag = tags.children[i]
      tag.hidden = x < -20 || y < -20 || x > wide - 8 || y > high - 8
      Object.assign(tag.style, { left: `${Math.max(0, Math.min(x, wide - 40))}px`, top: `${y}px` })
      tag.title = `Region ${region.letter}: ${region.size}. Drag to move it.`
      tag.setAttribute(
        "aria-label",
        `Region ${region.letter} ${region.name}, ${region.size}; arrow keys move it, Delete removes it`,
      )
    })
  }
  const set = (list, problem) => {
    if (problem) say(problem, true)
    else if (tool === "pin") say("")
    if (held) return // what is being dragged is ahead of the server
    regions = list
    const focused = [...tags.children].indexOf(tags.getRootNode().activeElement)
    tags.replaceChildren(
      ...list.map((region, i) => {
        const tag = element(
          "span",
          { class: "tag", tabindex: 0, role: "group", "data-region": i, onkeydown: (event) => onTagKey(event, i) },
          region.name ? `${region.letter} ${region.name}` : region.letter,
          button(`Remove region ${region.letter}`, "×", () => onRemove(i), {
            onkeydown: (event) => event.stopPropagation(),
          }),
        )
        tag.style.setProperty("--colour", region.colour)
        return tag
      }),
    )
    tags.children[focused]?.focus()
    redraw()
  }
  return {
    bar,
    tags,
    hint,
    down,
    move,
    hover,
    up,
    click,
    cancel,
    key,
    shortcut,
    paint,
    layOut,
    set,
    hold: (index, point) => hold(index, -1, point),
    dropAim,
    get tool() {
      return tool
    },
    get regions() {
      return regions
    },
    get drafting() {
      return Boolean(draft)
    },
  }
}
