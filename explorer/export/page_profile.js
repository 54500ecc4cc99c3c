// The temporal profile: reflectance of the last pin, NDVI of all, over the dates of both sensors; and the list of pins.

/** @import { Dot, Line } from "./page_charts.js" */
/** @import { Calendar, Model } from "./page_model.js" */
/** @import { Series } from "./page_pixels.js" */
/** @import { Selection } from "./page_selection.js" */

import { inkOn, longDate, MONTHS } from "../browser/shared.js"
import { makeChart } from "./page_charts.js"
import { aloneButton, button, byId, element, mark, swatch, theme } from "./page_dom.js"
import { saveChart, saveText, valuesCsv } from "./page_files.js"
import { REFLECTANCE, TWINS } from "./page_pixels.js"

/**
 * Values over time as a line with gaps.
 * @param {number[]} times
 * @param {Float64Array} values
 * @param {number} factor
 * @returns {Line["points"]}
 */
const pointsOf = (times, values, factor) =>
  Array.from(values, (value, i) => (Number.isNaN(value) ? null : [times[i], value * factor]))

/**
 * Values over time as dots.
 * @param {number[]} times
 * @param {Float64Array} values
 * @param {number} factor
 * @param {string} colour
 * @param {(i: number) => Dot["sign"]} signOf
 * @param {(value: number, i: number) => string} textOf
 * @returns {Dot[]}
 */
const dotsOf = (times, values, factor, colour, signOf, textOf) =>
  Array.from(values).flatMap((value, i) =>
    Number.isNaN(value)
      ? []
      : [{ x: times[i], y: value * factor, colour, sign: signOf(i), text: textOf(value * factor, i) }],
  )

/**
 * @param {Selection} selection
 * @param {Model} model
 * @param {Calendar} calendar
 */
export const showProfile = (selection, model, calendar) => {
  const { state } = selection
  const { dates, months, times, monthTimes, span } = calendar
  const bandKeys = model.planet.bands.map(() => element("span"))
  const pins = element("div", { class: "row" })
  const hosts = [element("div", { class: "host" }), element("div", { class: "host" })]

  /**
   * @param {Series} one
   * @param {number} i
   */
  const filled = ({ pin }, i) => state.cubes.planet.gapFilled(i, pin.row, pin.col)
  const dateText = (/** @type {Series} */ one, /** @type {number} */ i) =>
    `Planet Fusion${filled(one, i) ? "\ngap-filled, not measured" : ""}`
  const monthText = (/** @type {number} */ i) => `${MONTHS[Number(months[i].slice(5)) - 1]} 2018`

  /**
   * Reflectance of one pin, a band a colour.
   * @param {Series} one
   * @returns {{ lines: Line[], dots: Dot[] }}
   */
  const reflectanceOf = (one) => {
    const parts = model.planet.bands.map(({ name, title }) => {
      const colour = model.colours[theme()][name],
        twin = TWINS[name]
      const measured = one.pf
        ? dotsOf(
            times,
            one.pf[name],
            REFLECTANCE,
            colour,
            (i) => (filled(one, i) ? "hollow" : "dot"),
            (value, i) => `${longDate(dates[i])}\n${title} ${value.toFixed(4)}\n${dateText(one, i)}`,
          )
        : []
      const monthly = one.s2
        ? dotsOf(
            monthTimes,
            one.s2[twin],
            REFLECTANCE,
            colour,
            () => "diamond",
            (value, i) => `${monthText(i)}\n${twin} ${value.toFixed(4)}\nSentinel-2`,
          )
        : []
      return {
        lines: one.pf ? [{ points: pointsOf(times, one.pf[name], REFLECTANCE), colour }] : [],
        dots: [...measured, ...monthly],
      }
    })
    return { lines: parts.flatMap(({ lines }) => lines), dots: parts.flatMap(({ dots }) => dots) }
  }
  /**
   * NDVI of one pin.
   * @param {Series} one
   * @param {string} colour
   * @param {string} number Where there are several.
   * @returns {{ lines: Line[], dots: Dot[] }}
   */
  const ndviOf = (one, colour, number) => {
    const name = [number, one.pin.name].some(Boolean) ? ` · ${[number, one.pin.name].filter(Boolean).join(" ")}` : ""
    const measured = one.ndvi
      ? dotsOf(
          times,
          one.ndvi,
          1,
          colour,
          (i) => (filled(one, i) ? "hollow" : "dot"),
          (value, i) => `${longDate(dates[i])}\nNDVI ${value.toFixed(3)}${name}\n${dateText(one, i)}`,
        )
      : []
    const monthly = one.s2ndvi
      ? dotsOf(
          monthTimes,
          one.s2ndvi,
          1,
          colour,
          () => "diamond",
          (value, i) => `${monthText(i)}\nNDVI ${value.toFixed(3)}\nSentinel-2`,
        )
      : []
    return {
      lines: one.ndvi ? [{ points: pointsOf(times, one.ndvi, 1), colour, number }] : [],
      dots: [...measured, ...monthly],
    }
  }
  const numberOf = (/** @type {number} */ i) => (state.series.length > 1 ? String(i + 1) : "")
  const numbered = (/** @type {number} */ i) => {
    const dot = swatch(model.colours.pins[i])
    dot.textContent = numberOf(i)
    dot.style.color = inkOn(model.colours.pins[i])
    dot.classList.toggle("numbered", state.series.length > 1)
    return dot
  }
  /**
   * @param {Series} one
   * @param {number} i
   */
  const pinOf = ({ pin: { name, row, col } }, i) =>
    element(
      "span",
      { class: "pin" },
      numbered(i),
      name || `row ${row}, col ${col}`,
      button(`Remove pin ${i + 1}`, "×", () => selection.removePin(i), { disabled: state.series.length === 1 }),
    )

  const draw = () => {
    if (!state.cubes) return
    const { lines, dots } = reflectanceOf(state.series.at(-1))
    reflectance.show(lines, dots)
    const all = state.series.map((one, i) => ndviOf(one, model.colours.pins[i], numberOf(i)))
    ndvi.show(
      all.flatMap((one) => one.lines),
      all.flatMap((one) => one.dots),
    )
    moveCursor()
    pins.replaceChildren(...state.series.map(pinOf))
    mark("profile-drawn", { pixels: state.pins.map(({ row, col }) => [row, col]), sample: state.sample.id })
  }
  // In the theme's colours.
  const redraw = () => {
    model.planet.bands.forEach(({ name, title }, i) =>
      bandKeys[i].replaceChildren(swatch(model.colours[theme()][name]), title),
    )
    draw() // curves of bands have other colours on the other ground
  }

  const saveValues = () => {
    if (state.cubes) saveText(`${state.sample.id}_profiles.csv`, "text/csv", valuesCsv(model, state, calendar))
  }
  byId("profile").append(
    element(
      "h2",
      {},
      "Temporal profile",
      element("small", {}, "click a pixel in either image; shift-click adds another"),
      aloneButton(selection, "profile", "Temporal profile"),
    ),
    element(
      "div",
      { class: "row" },
      element(
        "div",
        { class: "keys" },
        ...bandKeys,
        element("span", {}, "● Planet Fusion"),
        element("span", {}, "◆ Sentinel-2"),
        model.samples.some(({ planet }) => planet.streams.gaps) ? element("span", {}, "○ gap-filled") : null,
      ),
      element(
        "span",
        { class: "right row" },
        pins,
        button("Download all values as CSV", "CSV", saveValues),
        button("Download the reflectance chart as SVG", "Reflectance SVG", () =>
          saveChart(model, state, reflectance, "reflectance", "Reflectance over time"),
        ),
        button("Download the NDVI chart as SVG", "NDVI SVG", () =>
          saveChart(model, state, ndvi, "ndvi", "NDVI over time"),
        ),
      ),
    ),
    ...hosts,
  )
  const overTime = { x: span, seek: (/** @type {number} */ time) => selection.stopAt(calendar.nearest(time)) }
  const reflectance = makeChart(hosts[0], {
    ...overTime,
    name: "bands",
    label: "Reflectance over time",
    yLabel: "Reflectance",
    least: 0.1,
  })
  const ndvi = makeChart(hosts[1], { ...overTime, name: "index", label: "NDVI over time", yLabel: "NDVI", least: 0.2 })
  const moveCursor = () => {
    for (const chart of [reflectance, ndvi]) chart.cursor(times[state.index])
  }
  selection.on(["date"], moveCursor)
  selection.on(["cubes"], () => {
    for (const chart of [reflectance, ndvi]) chart.forget()
  })
  selection.on(["cubes", "pins"], draw)
  return { redraw }
}
