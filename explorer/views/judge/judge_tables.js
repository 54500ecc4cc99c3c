// The plain tables of the panel that judges models: sorted by a click on a head, shares as bars behind their numbers.

import { element, keepFocus } from "../../browser/shared.js"

/** A share of 0 to 1 with three digits; a dash where there is none. */
export const three = (/** @type {number | null} */ value) => (value === null ? "–" : value.toFixed(3))
export const signed = (/** @type {number | null} */ value) =>
  value === null ? "–" : `${Math.abs(value) < 0.0005 ? "" : value > 0 ? "+" : "−"}${Math.abs(value).toFixed(3)}`
/** Samples; parts of them where they are counted by fractions. */
export const count = (/** @type {number} */ value) =>
  value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 })

/**
 * The name of a class with its colour and, where it says something, its number.
 * @param {{ title: string, code?: number, colour?: string, numbered?: boolean }} one
 */
export const className = ({ title, code, colour, numbered }) => {
  if (colour === undefined) return [title]
  const swatch = element("i", { class: colour ? "swatch" : "swatch none", "aria-hidden": "true" })
  if (colour) swatch.style.background = colour
  return numbered && colour ? [swatch, element("b", {}, String(code)), ` ${title}`] : [swatch, title]
}

/** @param {string} label For assistive technology. */
export const makeTable = (label) => {
  const head = element("tr"),
    body = element("tbody")
  const box = element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    element("table", { class: "plain" }, element("thead", {}, head), body),
  )
  let heads = /** @type {any[]} */ ([]),
    rows = /** @type {any[]} */ ([]),
    sorted = { by: -1, down: true } // as they came
  const value = (row) => (sorted.by ? row.cells[sorted.by - 1] : row.name.title)
  const inOrder = () => {
    if (sorted.by < 0) return rows
    const way = sorted.down ? -1 : 1
    return [...rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)]
      if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1 // what is not known stands last
      return way * (typeof x === "string" ? x.localeCompare(y) : x - y)
    })
  }
  const drawHead = () =>
    keepFocus(head, () =>
      head.replaceChildren(
        ...heads.map((one, i) =>
          element(
            "th",
            { scope: "col", "aria-sort": sorted.by === i ? (sorted.down ? "descending" : "ascending") : "none" },
            element(
              "button",
              { type: "button", title: one.what ?? "", onclick: () => sort(i) },
              one.title,
              sorted.by === i ? (sorted.down ? " ↓" : " ↑") : "",
            ),
          ),
        ),
      ),
    )
  const drawBody = () =>
    keepFocus(body, () =>
      body.replaceChildren(
        ...inOrder().map((row) => {
          const name = className(row.name)
          const first = row.choose
            ? element(
                "button",
                { type: "button", title: "Show these samples on the map", onclick: row.choose },
                ...name,
              )
            : element("span", {}, ...name)
          return element(
            "tr",
            {},
            element("th", { scope: "row" }, first),
            ...row.texts.map((text, i) => {
              const cell = element("td", { class: row.telling && i > row.texts.length - 3 ? "telling" : null }, text)
              if (heads[i + 1].bar && row.cells[i] !== null) {
                cell.classList.add("share")
                cell.style.setProperty("--share", `${100 * row.cells[i]}%`)
              }
              return cell
            }),
          )
        }),
      ),
    )
  const sort = (i) => {
    sorted = sorted.by === i ? { by: i, down: !sorted.down } : { by: i, down: i > 0 }
    drawHead()
    drawBody()
  }
  return {
    box,
    draw(/** @type {any[]} */ columns, /** @type {any[]} */ content) {
      if (columns.map((one) => one.title).join() !== heads.map((one) => one.title).join())
        sorted = { by: -1, down: true }
      heads = columns
      rows = content
      drawHead()
      drawBody()
    },
    empty() {
      rows = []
      body.replaceChildren()
    },
  }
}
