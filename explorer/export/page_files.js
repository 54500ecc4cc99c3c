// What can be taken away: the values as CSV, the charts as SVG, the image as PNG. Each says what it is and whose.

/** @import { Chart } from "./page_charts.js" */
/** @import { Calendar, Model } from "./page_model.js" */
/** @import { Series } from "./page_pixels.js" */
/** @import { State } from "./page_selection.js" */

import { gapText, longDate, saveFile } from "../browser/shared.js"
import { element } from "./page_dom.js"
import { REFLECTANCE } from "./page_pixels.js"

// A spreadsheet takes a text that begins like this for a formula, and runs it.
const withoutFormula = (/** @type {string} */ text) => (/^[=+\-@\t]/.test(text) ? `'${text}` : text)
const cell = (/** @type {string | number} */ value) => {
  const text = String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * All values of all pins, a date and a band a line; above them, as comments, what they are.
 * @param {Model} model
 * @param {Readonly<State>} state With its cubes.
 * @param {Calendar} calendar
 */
export const valuesCsv = (model, { sample, cubes, series }, { dates, months }) => {
  const { planet, sentinel } = cubes
  const lines = [
    `# sample_id: ${sample.id}`,
    `# crs: ${sample.grid}`,
    "# units: value reflectance 0 to 1 (NDVI: 1), date UTC",
    `# PF-SR values are within ${sample.error.max.toFixed(4)} of the corpus's (root mean square ${sample.error.rms.toFixed(5)}); S2-SR values are exact`,
    ...model.credit.map((line) => `# attribution: ${line}`),
    `# references: ${model.citation}`,
    `# software: ${model.software}`,
    "pin,date,sensor,product,band,value,row,col,flag",
  ]
  const [firstBand] = model.planet.bands
  /**
   * @param {Series} one
   * @param {number} i
   */
  const planetFlag = ({ pin, pf }, i) => {
    if (!planet.has(i)) return `missing: ${sample.missing[dates[i]] ?? "not in the corpus"}`
    if (planet.gapFilled(i, pin.row, pin.col)) return "gap-filled"
    return Number.isNaN(pf[firstBand.name][i]) ? "nodata" : "measured"
  }
  /**
   * @param {number} value
   * @param {number} i
   */
  const sentinelFlag = (value, i) => {
    if (!sentinel.has(i)) return "missing"
    return Number.isNaN(value) ? "nodata" : "measured"
  }
  /**
   * @param {string} band
   * @param {number} value
   */
  const numberOf = (band, value) =>
    Number.isNaN(value) ? "" : (band === "NDVI" ? value : value * REFLECTANCE).toFixed(4)

  series.forEach((one, number) => {
    const pin = withoutFormula(one.pin.name || `pin ${number + 1}`)
    const add = (/** @type {Array<string | number>} */ ...cells) => lines.push([pin, ...cells].map(cell).join(","))
    for (const [band, values] of one.pf ? Object.entries({ ...one.pf, NDVI: one.ndvi }) : [])
      values.forEach((value, i) =>
        add(
          dates[i],
          "Planet Fusion",
          "PF-SR",
          band,
          numberOf(band, value),
          one.pin.row,
          one.pin.col,
          planetFlag(one, i),
        ),
      )
    for (const [band, values] of one.s2 ? Object.entries({ ...one.s2, NDVI: one.s2ndvi }) : [])
      values.forEach((value, i) =>
        add(months[i], "Sentinel-2", "S2-SR", band, numberOf(band, value), one.row, one.col, sentinelFlag(value, i)),
      )
  })
  return `${lines.join("\n")}\n`
}

/**
 * Stripes where a date has no picture.
 * @param {CanvasRenderingContext2D} context
 * @param {number} side
 */
const hatch = (context, side) => {
  context.save()
  context.beginPath()
  context.rect(0, 0, side, side)
  context.clip()
  Object.assign(context, { strokeStyle: "#34454f", lineWidth: 7 })
  context.beginPath()
  for (let x = -side; x < side; x += 20) {
    context.moveTo(x, side)
    context.lineTo(x + side, 0)
  }
  context.stroke()
  context.restore()
}

const SHEET = { side: 600, ground: "#10191f", ink: "#ffffff" } // CSS pixels: three times the image's

/**
 * The image as it is on the screen, with what it is and whose it is below.
 * @param {Model} model
 * @param {Readonly<State>} state
 * @param {Calendar} calendar
 * @param {HTMLCanvasElement} image
 */
export const imageSheet = ({ credit, pictures }, { sample, cubes, index, picture }, { dates }, image) => {
  const { side, ground, ink } = SHEET
  const canvas = element("canvas", { width: side, height: side + 22 + 16 * credit.length })
  const context = canvas.getContext("2d")
  context.fillStyle = ground
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingEnabled = false
  context.drawImage(image, 0, 0, side, side)
  context.fillStyle = ink
  context.font = "600 13px system-ui, sans-serif"
  const mark = cubes.planet.has(index) ? gapText(cubes.planet.gapShare(index)) : "missing"
  if (mark === "missing") hatch(context, side)
  const title = `${longDate(dates[index])}${mark && `, ${mark}`} · ${sample.id} · ${pictures[picture].title} · 600 m across`
  context.fillText(title, 8, side + 16, side - 16)
  context.font = "11px system-ui, sans-serif"
  credit.forEach((line, i) => context.fillText(line, 8, side + 32 + 16 * i, side - 16))
  return canvas
}

/**
 * @param {string} name
 * @param {HTMLCanvasElement} canvas
 */
export const saveCanvas = (name, canvas) => canvas.toBlob((blob) => saveFile(name, blob))

/**
 * @param {string} name
 * @param {string} type
 * @param {string} text
 */
export const saveText = (name, type, text) => saveFile(name, new Blob([text], { type }))

/**
 * A chart as it is on the screen, once something is.
 * @param {Model} model
 * @param {Readonly<State>} state
 * @param {Chart} chart
 * @param {string} what In the file's name
 * @param {string} title
 */
export const saveChart = ({ credit, software }, { cubes, sample }, chart, what, title) => {
  if (!cubes) return
  const text = chart.file(`${title} · ${sample.id}`, [...credit, software])
  saveText(`${sample.id}_${what}.svg`, "image/svg+xml", text)
}
