// The set of samples: histogram of its classes, a table by pages that the server sorts, and files to take away.

import { element, keepFocus, makeReturn, mark, saveFile } from "../../browser/shared.js"
import { bus, listen } from "../common/talking.js"

const SHARES = new Set(["fraction", "suspicion", "change"]) // columns that are shown as percent, and sorted from the largest

/** @param {import("../messages").Drawn<"SampleTable">} panel */
export function render({ model, el }) {
  const title = element("h2"),
    told = element("p", { class: "told", role: "status" })
  const bars = element("div", { class: "bars", role: "list", tabindex: "0", "aria-label": "Classes of the set" })
  const head = element("tr"),
    body = element("tbody")
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
    element("header", {}, title, gallery, close),
    bars,
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of samples" },
      element("table", {}, element("thead", {}, head), body),
    ),
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
  // Beside the map, over what is right of it, so that the map stays in sight; where the columns have no room there, over all.
  const place = () => {
    const table = head.closest("table")
    table.style.width = "max-content"
    const needed = table.offsetWidth + 42 // borders, paddings and the bar that scrolls down
    table.style.width = ""
    const asked = { box: null }
    bus(model).emit("map-box", asked)
    const box = asked.box ?? { right: 0, top: 60 }
    const room = window.innerWidth - box.right - 32
    const beside = room >= Math.min(needed, 640)
    const top = beside ? Math.max(box.top, 54) : window.innerWidth > 900 ? 54 : 8
    Object.assign(panel.style, {
      left: `${beside ? box.right + 8 : 8}px`,
      top: `${top}px`,
      width: `${Math.min(Math.max(needed, 640), beside ? room : window.innerWidth - 16)}px`,
      maxHeight: `${Math.min(640, window.innerHeight - top - 16)}px`,
    })
  }
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
      if (opening) back.opened()
      panel.hidden = false
      title.textContent = `${data.count.toLocaleString("en")} sample${data.count === 1 ? "" : "s"}`
      told.textContent = ""
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
              { scope: "col", "aria-sort": sorted ? (data.down ? "descending" : "ascending") : "none" },
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
      body.replaceChildren(
        ...data.cells.map((cells, row) =>
          element(
            "tr",
            {},
            ...cells.map((value, i) =>
              element(
                "td",
                { class: typeof value === "number" ? "number" : "" },
                i === 0
                  ? element(
                      "button",
                      { type: "button", class: "id", onclick: () => model.send_msg({ type: "open", id: value }) },
                      value,
                    )
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
      place()
      if (opening) close.focus({ preventScroll: true })
      mark("picked", { count: data.count })
    },
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
