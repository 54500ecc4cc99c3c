// Seasons and breaks of the pins as small tables beside the charts, with how they were found and a way to take them away.

import { element, saveFile } from "../../browser/shared.js"
import { listen } from "../common/talking.js"

/** @param {import("../messages").Drawn<"Findings">} panel */
export function render({ model, el }) {
  const box = element("div", { class: "tables", role: "region", tabindex: "0", "aria-label": "Seasons and breaks" })
  el.append(box)
  const show = (some) => el.getRootNode().host.classList.toggle("some", some)
  const table = (name, { title, columns, rows, notes }) =>
    element(
      "section",
      {},
      element(
        "h3",
        {},
        title,
        element(
          "button",
          {
            type: "button",
            title: `Download the ${name} as CSV, with method and source`,
            "aria-label": `Download the ${name} as CSV`,
            onclick: () => model.send_msg({ type: "csv", name }),
          },
          "CSV",
        ),
      ),
      rows.length
        ? element(
            "table",
            {},
            element("tr", {}, ...columns.map((c) => element("th", {}, c))),
            ...rows.flatMap(({ colour, pin, cells, note }) => {
              const dot = element("i")
              dot.style.background = colour
              const row = element(
                "tr",
                { title: pin },
                ...cells.map((cell, i) => element("td", {}, ...(i ? [cell] : [dot, cell]))),
              )
              return note
                ? [row, element("tr", { class: "note" }, element("td", { colspan: cells.length }, note))]
                : [row]
            }),
          )
        : "",
      ...notes.map((note) => element("p", {}, note)),
    )
  listen(model, {
    tables(data) {
      box.replaceChildren(...Object.entries(data.tables).map(([name, found]) => table(name, found)))
      show(Object.keys(data.tables).length > 0)
    },
    file(data) {
      saveFile(data.name, new Blob([data.text], { type: "text/csv" }))
    },
  })
  model.send_msg({ type: "ready" })
}
