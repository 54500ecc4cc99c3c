// Both charts as one picture, with what it shows, its legend and whose data it is: SVG as Bokeh draws it (its own
// export repaints the plot into an SVG context), PNG from that SVG at twice the size.

import { element } from "../common/shared.js"

const SVG = "http://www.w3.org/2000/svg"

const svgElement = (tag, attributes = {}, text = null) => {
  const node = document.createElementNS(SVG, tag)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  if (text !== null) node.textContent = text
  return node
}

const wrapText = (text, most) => {
  const rows = [""]
  for (const word of text.split(" ")) {
    if (rows.at(-1) && rows.at(-1).length + word.length > most) rows.push("")
    rows[rows.length - 1] += (rows.at(-1) ? " " : "") + word
  }
  return rows
}

// `pictures` are the charts as SVG elements, top to bottom; `about` has title, keys ({text, colour, sign, dash}) and notes.
export const chartsAsSvg = (pictures, about, look) => {
  const size = (picture, side) => Number.parseFloat(picture.getAttribute(side))
  const width = Math.max(...pictures.map((p) => size(p, "width")))
  const all = svgElement("svg", {
    xmlns: SVG,
    width,
    "font-family": "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif",
    "font-size": 11,
    fill: look.ink,
  })
  const ground = svgElement("rect", { width, fill: look.panel })
  all.append(ground, svgElement("text", { x: 10, y: 20, "font-size": 14, "font-weight": 650 }, about.title))
  let x = 10,
    y = 38
  for (const key of about.keys) {
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
    picture.setAttribute("y", y)
    y += size(picture, "height") + 4
    all.append(picture)
  }
  for (const line of about.notes.flatMap((note) => wrapText(note, Math.floor(width / 5.6)))) {
    y += 13
    all.append(svgElement("text", { x: 10, y, "font-size": 10, fill: look.muted }, line))
  }
  y += 10
  all.setAttribute("height", y)
  all.setAttribute("viewBox", `0 0 ${width} ${y}`)
  ground.setAttribute("height", y)
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
