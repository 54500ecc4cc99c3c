// @ts-check
// Charts as one picture, with what they show, a legend and whose data it is: SVG, and PNG from it at twice the size.

import { element, svgElement } from "./shared.js"

const wrapText = (text, most) => {
  const rows = [""]
  for (const word of text.split(" ")) {
    if (rows.at(-1) && rows.at(-1).length + word.length > most) rows.push("")
    rows[rows.length - 1] += (rows.at(-1) ? " " : "") + word
  }
  return rows
}

/**
 * @param {SVGElement[]} pictures The charts, top to bottom (`chart.picture()`).
 * @param {{title: string, keys?: {text?: string, colour?: string, sign?: string, dash?: string, wide?: boolean}[], notes: string[]}} about
 * @param {Element} el Whose colours of text and ground it takes.
 */
export const chartsAsSvg = (pictures, about, el) => {
  const theme = getComputedStyle(el),
    colour = (name) => theme.getPropertyValue(name).trim()
  const look = {
    ink: colour("--ink"),
    muted: colour("--muted"),
    panel: colour("--panel"),
  }
  const size = (picture, side) => Number.parseFloat(picture.getAttribute(side))
  const width = Math.max(...pictures.map((p) => size(p, "width")))
  const all = svgElement("svg", {
    width,
    "font-family": "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif",
    "font-size": 11,
    fill: look.ink,
  })
  const ground = svgElement("rect", { width, fill: look.panel })
  all.append(ground, svgElement("text", { x: 10, y: 20, "font-size": 14, "font-weight": 650 }, about.title))
  let x = 10,
    y = 38
  for (const key of about.keys ?? []) {
    const wide = 26 + key.text.length * 6.4
    if (x + wide > width) {
      x = 10
      y += 16
    }
    if (key.sign) all.append(svgElement("text", { x: x + 3, y, fill: key.colour || look.ink }, key.sign))
    else
      all.append(
        svgElement("path", {
          d: `M${x} ${y - 4}h16`,
          stroke: key.colour || look.muted,
          "stroke-width": key.wide ? 8 : 2.4,
          "stroke-opacity": key.wide ? 0.3 : 1,
          "stroke-dasharray": { dashed: "5 3", dotted: "2 2", dotdash: "2 2 6 2" }[key.dash] ?? "none",
        }),
      )
    all.append(svgElement("text", { x: x + 20, y }, key.text))
    x += wide
  }
  y += 10
  for (const picture of pictures) {
    picture.setAttribute("y", String(y))
    y += size(picture, "height") + 4
    all.append(picture)
  }
  for (const line of about.notes.flatMap((note) => wrapText(note, Math.floor(width / 5.6)))) {
    y += 13
    all.append(svgElement("text", { x: 10, y, "font-size": 10, fill: look.muted }, line))
  }
  y += 10
  all.setAttribute("height", String(y))
  all.setAttribute("viewBox", `0 0 ${width} ${y}`)
  ground.setAttribute("height", String(y))
  return { text: new XMLSerializer().serializeToString(all), width, height: y }
}

export const svgAsPng = async ({ text, width, height }) => {
  const picture = new Image()
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }))
  try {
    picture.src = url
    await picture.decode()
  } finally {
    URL.revokeObjectURL(url)
  }
  const canvas = element("canvas", { width: 2 * width, height: 2 * height })
  canvas.getContext("2d").drawImage(picture, 0, 0, 2 * width, 2 * height)
  return new Promise((done) => canvas.toBlob(done, "image/png"))
}
