// Reflectance against wavelength: the month's of Sentinel-2, and the date's of Planet Fusion.

/** @import { Dot, Line } from "./page_charts.js" */
/** @import { Band, Calendar, Model } from "./page_model.js" */
/** @import { Selection } from "./page_selection.js" */

import { longDate, MONTHS } from "../browser/shared.js"
import { makeChart } from "./page_charts.js"
import { REFLECTANCE } from "./page_pixels.js"

const WAVELENGTHS = /** @type {[number, number]} */ ([400, 2300]) // nm

/**
 * @param {Selection} selection
 * @param {Model} model
 * @param {Calendar} calendar
 * @param {HTMLElement} host
 */
export const makeSpectrum = (selection, model, calendar, host) => {
  const { state } = selection
  const chart = makeChart(host, {
    name: "spectrum",
    label: "Spectrum: reflectance against wavelength",
    yLabel: "Reflectance",
    x: WAVELENGTHS,
    xText: (value) => `${value} nm`,
    least: 0.3,
  })
  const bands = [...model.sentinel.bands].sort((a, b) => a.wavelength - b.wavelength)
  const month = () => calendar.monthOf(state.index)

  /**
   * @param {Band} band
   * @param {number} value DN
   * @param {string} name In front of the title
   * @param {string} sensor
   * @returns {Omit<Dot, "colour" | "sign">}
   */
  const point = ({ title, wavelength }, value, name, sensor) => ({
    x: wavelength,
    y: value * REFLECTANCE,
    text: `${name}${title}, ${wavelength} nm\n${(value * REFLECTANCE).toFixed(4)}\n${sensor}`,
  })
  const draw = () => {
    if (!state.cubes) return
    /** @type {Line[]} */
    const lines = []
    /** @type {Dot[]} */
    const dots = []
    state.series.forEach(({ pf, s2 }, i) => {
      const colour = model.colours.pins[i]
      if (s2) {
        const measured = bands
          .map((band) => ({ band, value: s2[band.name]?.[month()] ?? NaN }))
          .filter(({ value }) => !Number.isNaN(value))
        const number = state.series.length > 1 ? String(i + 1) : ""
        lines.push({
          points: measured.map(({ band, value }) => [band.wavelength, value * REFLECTANCE]),
          colour,
          number,
        })
        for (const { band, value } of measured)
          dots.push({ ...point(band, value, `${band.name} `, "Sentinel-2"), colour, sign: "dot" })
      }
      if (!pf) return
      for (const band of model.planet.bands) {
        const value = pf[band.name][state.index]
        if (!Number.isNaN(value)) dots.push({ ...point(band, value, "", "Planet Fusion"), colour, sign: "ring" })
      }
    })
    chart.show(lines, dots)
  }
  selection.on(["cubes"], chart.forget)
  selection.on(["cubes", "date", "pins"], draw)
  return {
    chart,
    /** What the chart is, for its file. */
    title: () => `Spectrum, ${MONTHS[month()]} 2018 (rings: Planet Fusion, ${longDate(calendar.dates[state.index])})`,
  }
}
