// What is in the samples that the map shows: figures that follow its filters, whose bars set them, and on demand the imagery.

import { element, keepFocus, keepKeys, makeReturn, mark, saveFile } from "../../browser/shared.js"
import { listen, mapBoxBeside } from "../common/talking.js"

const COLOURS = ["--ink", "--muted", "--accent"]

/** @param {import("../messages").Drawn<"Dataset">} panel */
export function render({ model, el }) {
  const stop = new AbortController()
  let ticket = 0
  let active = /** @type {string[]} */ ([])
  const button = (text, title, act, attributes = {}) =>
    element("button", { type: "button", title, onclick: act, ...attributes }, text)

  const samples = element("output", { class: "count", "aria-live": "polite", "aria-label": "Samples counted" })
  const chips = element("span", { class: "chips", role: "group", "aria-label": "Active filters" })
  const close = button("×", "Close", () => hide(), { class: "close", "aria-label": "Close what is in the dataset" })
  const head = element("header", {}, element("h2", {}, "Dataset"), samples, chips, close)
  const levels = element(
    "span",
    { class: "segments", role: "radiogroup", "aria-label": "Level of the classes" },
    ...[1, 2, 3].map((level) =>
      button(String(level), `Classes of level ${level}`, () => model.send_msg({ type: "level", level }), {
        role: "radio",
        "aria-label": `Level ${level}`,
      }),
    ),
  )
  const grid = element("div", { class: "figures" })
  const taken = element("div", { class: "figures" })
  const look = button("Look at the imagery", "Dates there and missing, and gap-filled pixels, of some samples", () => {
    look.disabled = true
    imageryText.textContent = "Looking …"
    model.send_msg({ type: "look" })
  })
  const imageryText = element("span", { class: "about", role: "status" })
  const python = element("pre", { tabindex: "0", role: "region", "aria-label": "The samples in Python" })
  const told = element("p", { class: "told", role: "status" })
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "What is in the dataset", hidden: true },
    head,
    element(
      "div",
      { class: "bar" },
      element("span", {}, "Level"),
      levels,
      element("span", { class: "about" }, "A bar of a class or country filters the map, and all figures with it."),
    ),
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Figures" },
      grid,
      element("div", { class: "look" }, look, imageryText),
      taken,
      element("details", {}, element("summary", {}, "These samples in Python"), python),
    ),
    told,
  )
  el.append(panel)

  // -- where it is --------------------------------------------------------------------------------------------
  const back = makeReturn(panel)
  const place = () => {
    const map = mapBoxBeside(model)
    panel.style.left = map ? `${map.right + 12}px` : ""
  }
  window.addEventListener("resize", () => !panel.hidden && place(), { signal: stop.signal })
  const closeIt = () => {
    if (panel.hidden) return
    back.closed()
    panel.hidden = true
    for (const one of [grid, taken, chips]) one.replaceChildren()
    for (const one of [samples, python, told, imageryText]) one.textContent = ""
  }
  const hide = () => {
    closeIt()
    model.send_msg({ type: "closed" })
  }
  keepKeys(panel, hide)

  // -- figures ------------------------------------------------------------------------------------------------
  const rowsOf = (node) => [...node.querySelectorAll(".row[role=button]")]
  const choose = (row) => model.send_msg({ type: "filter", text: row.dataset.filter })
  const keys = (event) => {
    const row = event.target.closest?.(".row[role=button]")
    if (!row) return
    if (event.key === "Enter" || event.key === " ") choose(row)
    else {
      const rows = rowsOf(event.currentTarget)
      const to = { ArrowDown: 1, ArrowUp: -1, Home: -rows.length, End: rows.length }[event.key]
      if (!to) return
      const next = rows[Math.min(Math.max(rows.indexOf(row) + to, 0), rows.length - 1)]
      for (const one of rows) one.tabIndex = one === next ? 0 : -1
      next.focus()
    }
    event.preventDefault()
  }
  const drawingOf = (one) => {
    const svg = document.importNode(new DOMParser().parseFromString(one.svg, "image/svg+xml").documentElement, true)
    svg.addEventListener("click", (event) => {
      const row = /** @type {Element} */ (event.target).closest(".row[role=button]")
      if (row) choose(row)
    })
    svg.addEventListener("keydown", keys)
    for (const row of rowsOf(svg)) row.setAttribute("aria-pressed", String(active.includes(row.dataset.filter)))
    return svg
  }
  const saveDrawing = (one) => {
    const colours = getComputedStyle(panel)
    const [ink, muted, accent] = COLOURS.map((name) => colours.getPropertyValue(name).trim())
    const style = `<style>svg{color:${ink};fill:${ink}}.bar,.cell{fill:${accent}}.hit{fill:none}.quiet{fill:${muted};font-size:11px}.small{font-size:9px}</style>`
    saveFile(`${one.name}.svg`, new Blob([one.svg.replace(/(<svg[^>]*>)/, `$1${style}`)], { type: "image/svg+xml" }))
  }
  const figureOf = (one) =>
    element(
      "figure",
      { "aria-label": one.title },
      element(
        "div",
        { class: "title" },
        element("h3", {}, one.title),
        button("SVG", `Save the drawing: ${one.title}`, () => saveDrawing(one), {
          "aria-label": `Save as SVG: ${one.title}`,
        }),
        button("CSV", `Save the table: ${one.title}`, () => model.send_msg({ type: "save", name: one.name }), {
          "aria-label": `Save as CSV: ${one.title}`,
        }),
      ),
      drawingOf(one),
      element("figcaption", {}, `${one.about}.`),
      element("code", {}, one.python),
    )
  const focused = () => /** @type {any} */ (el.getRootNode())?.activeElement?.dataset?.filter

  listen(model, {
    busy() {
      panel.classList.add("busy")
    },
    figures(data) {
      const opening = panel.hidden
      if (opening) back.opened()
      ticket = data.ticket
      active = data.active
      panel.hidden = false
      panel.classList.remove("busy")
      place()
      const n = data.count.toLocaleString("en")
      samples.textContent =
        data.count === data.total ? `all ${n} samples` : `${n} of ${data.total.toLocaleString("en")} samples`
      keepFocus(head, () =>
        chips.replaceChildren(
          ...data.chips.map((chip) =>
            button(`${chip.text} ×`, `Remove the filter: ${chip.text}`, () =>
              model.send_msg({ type: "remove", name: chip.name }),
            ),
          ),
        ),
      )
      for (const one of levels.children) {
        const mine = one.textContent === String(data.level)
        one.setAttribute("aria-checked", String(mine))
        one.tabIndex = mine ? 0 : -1
      }
      const had = focused()
      grid.replaceChildren(...data.figures.map(figureOf))
      taken.replaceChildren()
      look.disabled = false
      imageryText.textContent = ""
      python.textContent = data.python
      told.textContent = ""
      if (had) {
        const row = rowsOf(grid).find((one) => one.dataset.filter === had) ?? rowsOf(grid)[0]
        row?.focus({ preventScroll: true })
      } else if (opening) close.focus({ preventScroll: true })
      mark("dataset-drawn", { ticket, count: data.count })
    },
    looking(data) {
      if (data.ticket === ticket) imageryText.textContent = `Looking: ${data.done} of ${data.total}`
    },
    imagery(data) {
      if (data.ticket !== ticket) return
      look.disabled = false
      imageryText.textContent = data.text
      taken.replaceChildren(...data.figures.map(figureOf))
      mark("dataset-imagery", { ticket })
    },
    file(data) {
      saveFile(data.name, new Blob([data.bytes], { type: data.media }))
    },
    hide: () => closeIt(),
    trouble(data) {
      told.textContent = data.text
    },
  })
  model.on("remove", () => stop.abort())
  model.send_msg({ type: "ready" })
}
