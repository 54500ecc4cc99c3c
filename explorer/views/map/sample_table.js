// The set of samples: histogram of its classes, a table by pages that the server sorts, and files to take away.

import { element, focusWhenShown, keepFocus, makeReturn, mark, saveFile, showPicture } from "../../browser/shared.js"
import { roomQuery } from "../common/room.js"
import { listen } from "../common/talking.js"

const SHARES = new Set(["fraction", "suspicion", "change", "disagreement"]) // columns that are shown as percent, and sorted from the largest
const ALWAYS = new Set(["sample_id", "class"]) // columns that every table has room for

/** @param {import("../messages").Drawn<"SampleTable">} panel */
export function render({ model, el }) {
  const title = element("h2"),
    told = element("p", { class: "told", role: "status" })
  const bars = element("div", { class: "bars", role: "list", tabindex: "0", "aria-label": "Classes of the set" })
  const head = element("tr"),
    body = element("tbody")
  const table = element("table", {}, element("thead", {}, head), body)
  const first = element("button", { type: "button", "aria-label": "First page", onclick: () => ask(0) }, "«")
  const before = element(
    "button",
    { type: "button", "aria-label": "Previous page", onclick: () => ask(state.page - 1) },
    "‹",
  )
  const next = element("button", { type: "button", "aria-label": "Next page", onclick: () => ask(state.page + 1) }, "›")
  const last = element("button", { type: "button", "aria-label": "Last page", onclick: () => ask(pages() - 1) }, "»")
  const page = element("span", { class: "page" })
  const close = element(
    "button",
    { type: "button", class: "close", "aria-label": "Close the table", onclick: () => hide() },
    "×",
  )
  const judge = element(
    "button",
    {
      type: "button",
      class: "judge",
      title: "Hold a model against the labels of what the map shows",
      hidden: true,
      onclick: () => model.send_msg({ type: "judge" }),
    },
    "Judge a model",
  )
  const gallery = element(
    "button",
    {
      type: "button",
      class: "gallery",
      title: "What filters and area leave, as pictures",
      onclick: () => model.send_msg({ type: "gallery" }),
    },
    "Gallery",
  )
  const saves = [
    ["csv", "CSV"],
    ["geojson", "GeoJSON"],
    ["gpkg", "GeoPackage"],
    ["parquet", "GeoParquet"],
  ].map(([format, name]) =>
    element(
      "button",
      {
        type: "button",
        onclick: () => {
          told.textContent = `Writing ${name} …`
          model.send_msg({ type: "save", format })
        },
      },
      name,
    ),
  )
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "Selected samples", hidden: true },
    element("header", {}, title, gallery, judge, close),
    bars,
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of samples" }, table),
    element("footer", {}, first, before, page, next, last, element("span", { class: "save" }, "Download", ...saves)),
    told,
  )
  el.append(panel)

  let state = { page: 0, count: 0, size: 50, sort: "sample_id", down: false }
  const pages = () => Math.max(Math.ceil(state.count / state.size), 1)
  const ask = (number, sort = state.sort, down = state.down) =>
    model.send_msg({ type: "page", page: Math.min(Math.max(number, 0), pages() - 1), sort, down })
  const back = makeReturn(panel)
  const hide = () => {
    back.closed()
    panel.hidden = true
    model.send_msg({ type: "closed" })
  }
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hide()
      event.stopPropagation()
    }
  })
  // Rows: arrows go from one to the next, over the ends of a page, and open each; the one that is open is marked.
  let current = null,
    enter = ""
  const rows = () => [...body.rows]
  const buttonOf = (row) => row?.querySelector("button")
  const markCurrent = (id, seen = false) => {
    current = id
    for (const row of rows()) {
      const is = row.dataset.id === id
      if (is) row.setAttribute("aria-current", "true")
      else row.removeAttribute("aria-current")
      buttonOf(row).tabIndex = -1
      if (is && seen) row.scrollIntoView({ block: "nearest" })
    }
    const one = buttonOf(body.querySelector("[aria-current]") ?? body.rows[0])
    if (one) one.tabIndex = 0
  }
  const stacked = roomQuery(el, "(max-width: 900px)") // panels stand under each other, the table lies over the lower part
  const open = (row) => {
    markCurrent(row.dataset.id, true)
    buttonOf(row).focus({ preventScroll: true })
    model.send_msg({ type: "open", id: row.dataset.id })
    if (stacked.matches) showPicture(el)
  }
  const turn = (number, end) => {
    if (number < 0 || number >= pages()) return
    enter = end
    ask(number)
  }
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const all = rows(),
      here = all.indexOf(event.target.closest("tr"))
    if (here < 0) return
    const last = all.length - 1
    if (event.key === "ArrowDown") here < last ? open(all[here + 1]) : turn(state.page + 1, "first")
    else if (event.key === "ArrowUp") here ? open(all[here - 1]) : turn(state.page - 1, "last")
    else if (event.key === "Home") open(all[0])
    else if (event.key === "End") open(all[last])
    else if (event.key === "PageDown") turn(state.page + 1, "first")
    else if (event.key === "PageUp") turn(state.page - 1, "first")
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr")
    if (row) open(row)
  })
  const format = (value, name) =>
    value === null ? "" : SHARES.has(name) ? `${(100 * value).toFixed(0)} %` : String(value)
  const swatched = (colour, text) => {
    const swatch = element("i")
    swatch.style.background = colour
    return element("span", { class: "class" }, swatch, text)
  }
  listen(model, {
    page(data) {
      state = data
      const opening = panel.hidden
      judge.hidden = !data.judge
      if (opening) back.opened()
      panel.hidden = false
      title.textContent = `${data.count.toLocaleString("en")} sample${data.count === 1 ? "" : "s"}`
      told.textContent = ""
      const classOf = (name) => `column-${name}${data.asked.includes(name) ? " asked" : ""}`
      table.classList.toggle(
        "asks",
        data.asked.some((name) => !ALWAYS.has(name)),
      )
      const most = Math.max(...data.bars.map((bar) => bar.count), 1)
      bars.replaceChildren(
        ...data.bars.map((bar) => {
          const fill = element("i")
          Object.assign(fill.style, { width: `${(100 * bar.count) / most}%`, background: bar.colour })
          return element(
            "div",
            { role: "listitem" },
            element("span", { title: bar.title }, bar.title),
            element("b", {}, fill),
            element("em", {}, bar.count.toLocaleString("en")),
          )
        }),
      )
      keepFocus(head, () =>
        head.replaceChildren(
          ...data.columns.map((column) => {
            const sorted = column.name === data.sort
            return element(
              "th",
              {
                scope: "col",
                class: classOf(column.name),
                "aria-sort": sorted ? (data.down ? "descending" : "ascending") : "none",
              },
              element(
                "button",
                {
                  type: "button",
                  onclick: () => ask(0, column.name, sorted ? !data.down : SHARES.has(column.name)),
                },
                column.title,
                sorted ? (data.down ? " ↓" : " ↑") : "",
              ),
            )
          }),
        ),
      )
      const focused = body.contains(panel.getRootNode().activeElement)
      body.replaceChildren(
        ...data.cells.map((cells, row) =>
          element(
            "tr",
            { "data-id": cells[0] },
            ...cells.map((value, i) =>
              element(
                "td",
                {
                  class: `${classOf(data.columns[i].name)}${typeof value === "number" ? " number" : ""}`,
                  title: typeof value === "string" && i ? value : null,
                },
                i === 0
                  ? element("button", { type: "button", class: "id" }, value)
                  : data.columns[i].name === "class"
                    ? swatched(data.colours[row], format(value, "class"))
                    : format(value, data.columns[i].name),
              ),
            ),
          ),
        ),
      )
      page.textContent = `${(data.page + 1).toLocaleString("en")} / ${pages().toLocaleString("en")}`
      first.disabled = before.disabled = data.page === 0
      next.disabled = last.disabled = data.page >= pages() - 1
      for (const button of saves) button.disabled = !data.count
      markCurrent(current, opening)
      const end = enter
      enter = ""
      if (end && body.rows.length) open(end === "last" ? rows().at(-1) : body.rows[0])
      else if (data.focus || focused)
        focusWhenShown(buttonOf(body.querySelector("[aria-current]") ?? body.rows[0]) ?? close)
      mark("picked", { count: data.count })
    },
    current: (data) => markCurrent(data.id, true),
    hide() {
      if (!panel.hidden) hide()
    },
    trouble(data) {
      told.textContent = data.text
    },
    file(data) {
      saveFile(data.name, new Blob([data.bytes], { type: data.media }))
      told.textContent = `${data.name} was written.`
    },
  })
  model.send_msg({ type: "ready" })
}
