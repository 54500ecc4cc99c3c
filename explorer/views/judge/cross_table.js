// The cross-table of labels and a model: one Tab stop, arrow keys from cell to cell, Enter chooses a cell, a row or a column.

import { element } from "../../browser/shared.js"
import { className } from "./judge_tables.js"

const WIDE_COLUMNS = 9 // so many at most have their names above them; more have their numbers
const MIX = 55 // percent of the colour that a cell has at most: what stands in it stays legible

const short = (/** @type {number} */ value) => {
  if (value >= 99_950) return `${Math.round(value / 1000)}k`
  if (value >= 9_995) return `${(value / 1000).toFixed(1)}k`
  return value >= 9.95 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1)
}
const percent = (/** @type {number} */ share) =>
  share > 0 && share < 0.005 ? "<1" : share > 0.995 && share < 1 ? ">99" : String(Math.round(100 * share))
const exact = (/** @type {number} */ value) => value.toLocaleString("en", { maximumFractionDigits: 1 })

/**
 * @param {{ say: (text: string) => void, choose: (label: number | null, said: number | null) => void }} told
 *   What the pointer or the keys are at, in words; what is chosen, as codes.
 */
export const makeCrossTable = ({ say, choose }) => {
  const table = element("table", {
    class: "cross",
    role: "grid",
    "aria-label":
      "Cross-table: labels in rows, the model in columns. Arrow keys move, Enter shows the samples on the map",
  })
  const box = element("div", { class: "scroll" }, table)
  let cells = /** @type {HTMLElement[][]} */ ([]), // by row and column, with the heads
    words = /** @type {string[][]} */ ([]),
    codes = /** @type {{ label: number | null, said: number | null }[][]} */ ([])
  let at = { row: 1, column: 1 }

  const placeOf = (/** @type {EventTarget} */ target) => {
    const cell = /** @type {HTMLElement} */ (target).closest?.("[data-at]")
    if (!cell || !table.contains(cell)) return null
    const [row, column] = /** @type {HTMLElement} */ (cell).dataset.at.split(",").map(Number)
    return { row, column }
  }
  const move = (/** @type {{ row: number, column: number }} */ to, focus = true) => {
    cells[at.row]?.[at.column]?.setAttribute("tabindex", "-1")
    at = {
      row: Math.min(Math.max(to.row, 0), cells.length - 1),
      column: Math.min(Math.max(to.column, 0), cells[0].length - 1),
    }
    if (!at.row && !at.column) at.column = 1 // the corner is no cell
    const cell = cells[at.row][at.column]
    cell.setAttribute("tabindex", "0")
    if (focus) cell.focus({ preventScroll: true })
    if (focus) cell.scrollIntoView({ block: "nearest", inline: "nearest" })
  }
  const act = (/** @type {{ row: number, column: number }} */ { row, column }) => {
    const { label, said } = codes[row][column]
    choose(label, said)
  }
  table.addEventListener("click", (event) => {
    const place = placeOf(event.target)
    if (!place) return
    move(place)
    act(place)
  })
  table.addEventListener("pointerover", (event) => {
    const place = placeOf(event.target)
    say(place ? words[place.row][place.column] : "")
  })
  table.addEventListener("pointerleave", () => say(""))
  table.addEventListener("focusin", (event) => {
    const place = placeOf(event.target)
    if (!place) return
    move(place, false)
    say(words[place.row][place.column])
  })
  table.addEventListener("keydown", (event) => {
    if (!cells.length || event.altKey || event.metaKey) return
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key]
    const ends = event.ctrlKey
      ? { Home: { row: 1, column: 1 }, End: { row: 1e9, column: 1e9 } }
      : { Home: { ...at, column: 0 }, End: { ...at, column: 1e9 } }
    if (step) move({ row: at.row + step[0], column: at.column + step[1] })
    else if (ends[event.key]) move(ends[event.key])
    else if (event.key === "Enter" || event.key === " ") act(at)
    else return
    event.preventDefault()
    event.stopPropagation()
  })

  return {
    box,
    /** @param {any} data Rows, columns and values. @param {any} state What was asked. */
    draw(data, state) {
      const of = (/** @type {number} */ place) => state.classes[place]
      const held = table.contains(table.getRootNode().activeElement)
      const inRow = data.values.map((row) => row.reduce((a, b) => a + b, 0)),
        inColumn = data.columns.map((_, j) => data.values.reduce((sum, row) => sum + row[j], 0))
      const wide = data.columns.length <= WIDE_COLUMNS
      const chosen = (/** @type {{ label: number | null, said: number | null }} */ one) =>
        (data.label !== null || data.said !== null) && one.label === data.label && one.said === data.said
      const unit = state.by === "fractions" ? "samples’ worth" : "samples"
      cells = []
      words = []
      codes = []
      const add = (/** @type {number} */ row, cell, text, code) => {
        const column = (cells[row] ??= []).length
        cell.dataset.at = `${row},${column}`
        cell.tabIndex = -1
        cell.setAttribute("aria-selected", String(chosen(code)))
        cells[row].push(cell)
        ;(words[row] ??= []).push(text)
        ;(codes[row] ??= []).push(code)
        return cell
      }
      const corner = element("td", { class: "corner" }, element("span", {}, "Label ↓"), element("span", {}, "Model →"))
      cells[0] = [corner]
      words[0] = [""]
      codes[0] = [{ label: null, said: null }]
      const headOf = (/** @type {number} */ place) => {
        const one = of(place)
        if (wide) return className({ ...one, numbered: state.numbered })
        const swatch = element("i", { class: one.colour ? "swatch" : "swatch none", "aria-hidden": "true" })
        if (one.colour) swatch.style.background = one.colour
        return [swatch, element("b", {}, one.colour ? String(one.code) : one.code ? "none" : "more")]
      }
      const head = element(
        "tr",
        {},
        corner,
        ...data.columns.map((place, j) => {
          const text = `The model says ${of(place).title}: ${exact(inColumn[j])} ${unit}`
          return add(
            0,
            element("th", { scope: "col", "aria-label": text, class: wide ? "named" : null }, ...headOf(place)),
            text,
            { label: null, said: of(place).code },
          )
        }),
        element("td", { class: "sum" }, "All"),
      )
      const rows = data.rows.map((place, i) => {
        const one = of(place),
          text = `The label says ${one.title}: ${exact(inRow[i])} ${unit}`
        const name = className({ ...one, numbered: true })
        return element(
          "tr",
          {},
          add(i + 1, element("th", { scope: "row", "aria-label": text }, element("span", {}, ...name)), text, {
            label: one.code,
            said: null,
          }),
          ...data.columns.map((column, j) => {
            const value = data.values[i][j],
              [ofRow, ofColumn] = [value / (inRow[i] || 1), value / (inColumn[j] || 1)]
            const shown = state.values === "columns" ? ofColumn : ofRow
            const words = `Label ${one.title}, model ${of(column).title}: ${exact(value)} ${unit}, ${percent(ofRow)} % of the label’s, ${percent(ofColumn)} % of the model’s`
            const same = place === column
            const cell = element(
              "td",
              { "aria-label": words, class: same ? "same" : null },
              value < 0.05 ? "" : state.values === "counts" ? short(value) : percent(shown),
            )
            if (value >= 0.05) cell.style.setProperty("--mix", `${(MIX * Math.sqrt(shown)).toFixed(1)}%`)
            return add(i + 1, cell, words, { label: one.code, said: of(column).code })
          }),
          element("td", { class: "sum" }, short(inRow[i])),
        )
      })
      const foot = element(
        "tr",
        { class: "sums" },
        element("td", { class: "sum" }, "All"),
        ...inColumn.map((sum) => element("td", { class: "sum" }, short(sum))),
        element("td", { class: "sum" }, short(inRow.reduce((a, b) => a + b, 0))),
      )
      table.classList.toggle("wide", wide)
      table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows), element("tfoot", {}, foot))
      if (cells.length > 1) move(at, held)
      say(held ? words[at.row][at.column] : "")
    },
    empty() {
      cells = []
      words = []
      codes = []
      table.replaceChildren()
    },
  }
}
