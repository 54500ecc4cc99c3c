// What is seen as a PNG, twice as large as on the screen: date, scale bar, north, legend and attribution are drawn in.

import { saveFile } from "../../browser/shared.js"
import { SIZE } from "./chip.js"

const FONT = "system-ui, sans-serif"
const wrapped = (context, text, most) => {
  const lines = [""]
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word
    if (context.measureText(longer).width > most && lines.at(-1)) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines
}
export const plate = (context, text, x, y, { size = 13, right = false } = {}) => {
  context.font = `600 ${size}px ${FONT}`
  const wide = context.measureText(text).width + 14,
    left = right ? x - wide : x
  context.fillStyle = "rgba(10,18,24,.72)"
  context.fillRect(left, y, wide, size + 9)
  context.fillStyle = "#fff"
  context.textBaseline = "middle"
  context.fillText(text, left + 7, y + (size + 9) / 2 + 0.5)
  context.textBaseline = "alphabetic"
}
export const drawBar = (context, metres, length, right, bottom) => {
  context.font = `600 11px ${FONT}`
  context.textAlign = "center"
  for (const [line, stroke] of [
    [4, "rgba(0,0,0,.7)"],
    [2, "#fff"],
  ]) {
    Object.assign(context, { lineWidth: line, strokeStyle: stroke })
    context.beginPath()
    context.moveTo(right - length, bottom - 6)
    context.lineTo(right - length, bottom)
    context.lineTo(right, bottom)
    context.lineTo(right, bottom - 6)
    context.stroke()
  }
  Object.assign(context, { lineWidth: 3, strokeStyle: "rgba(0,0,0,.7)", fillStyle: "#fff" })
  context.strokeText(`${metres} m`, right - length / 2, bottom - 8)
  context.fillText(`${metres} m`, right - length / 2, bottom - 8)
  context.textAlign = "left"
}
export const drawNorth = (context, x, y) => {
  Object.assign(context, {
    fillStyle: "#fff",
    strokeStyle: "rgba(0,0,0,.7)",
    lineWidth: 3,
    font: `700 12px ${FONT}`,
    textAlign: "center",
  })
  context.beginPath()
  context.moveTo(x, y)
  context.lineTo(x + 5, y + 10)
  context.lineTo(x - 5, y + 10)
  context.closePath()
  context.stroke()
  context.fill()
  context.strokeText("N", x, y + 21)
  context.fillText("N", x, y + 21)
  context.textAlign = "left"
}
export const drawLegend = (context, legend, x, y) => {
  const number = (value, word) => (value === null ? word : String(Number(value.toPrecision(3))))
  context.font = `11px ${FONT}`
  const wide = Math.max(150, context.measureText(legend.title).width)
  context.fillStyle = "rgba(10,18,24,.72)"
  context.fillRect(x, y, wide + 16, legend.colours.length > 1 ? 46 : 32)
  context.fillStyle = "#fff"
  context.fillText(legend.title, x + 8, y + 14)
  const colours = context.createLinearGradient(x + 8, 0, x + 8 + wide, 0)
  legend.colours.forEach((colour, i) => colours.addColorStop(i / Math.max(legend.colours.length - 1, 1), colour))
  context.fillStyle = colours
  context.fillRect(x + 8, y + 19, wide, 8)
  if (legend.colours.length < 2) return
  context.fillStyle = "#fff"
  context.fillText(number(legend.low, "low"), x + 8, y + 40)
  context.textAlign = "right"
  context.fillText(number(legend.high, "high"), x + 8 + wide, y + 40)
  context.textAlign = "left"
}

// A canvas of `width` x `height` CSS pixels at twice the resolution, over a footer that says what it is and whose.
export const makePicture = (width, height, footer, draw) => {
  const canvas = document.createElement("canvas"),
    context = canvas.getContext("2d")
  context.font = `11px ${FONT}`
  const lines = footer.flatMap((text) => wrapped(context, text, width - 16))
  canvas.width = Math.round(2 * width)
  canvas.height = Math.round(2 * (height + 8 + 15 * lines.length))
  context.scale(2, 2)
  context.fillStyle = "#fff"
  context.fillRect(0, 0, width, canvas.height)
  context.imageSmoothingEnabled = false
  draw(context)
  Object.assign(context, { fillStyle: "#17262e", font: `11px ${FONT}`, textBaseline: "alphabetic" })
  lines.forEach((line, i) => context.fillText(line, 8, height + 16 + 15 * i))
  return canvas
}
export const pictureOfSheet = ({ cells, columns }, footer) => {
  const edge = SIZE / 2,
    gap = 3,
    row = edge + 16
  const rows = Math.ceil(cells.length / columns)
  const said = `Each picture 600 × 600 m, north up${cells.some((cell) => cell.note) ? "; ◦ partly gap-filled" : ""}`
  return makePicture(columns * (edge + gap) + gap, rows * (row + gap) + gap, [...footer, said], (context) => {
    cells.forEach(({ canvas, text, note }, k) => {
      const x = gap + (k % columns) * (edge + gap),
        y = gap + Math.floor(k / columns) * (row + gap)
      context.drawImage(canvas, x, y, edge, edge)
      Object.assign(context, { fillStyle: "#17262e", font: `10px ${FONT}`, textAlign: "center" })
      context.fillText(note ? `${text} ◦` : text, x + edge / 2, y + edge + 11, edge)
      context.textAlign = "left"
    })
    if (cells.length) drawBar(context, 200, edge / 3, gap + edge - 5, gap + edge - 5)
  })
}
export const download = (canvas, name) => canvas.toBlob((blob) => saveFile(name, blob), "image/png")
