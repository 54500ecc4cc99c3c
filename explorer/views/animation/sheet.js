// A sheet of dates, evenly through the range that plays; a click goes to the date.

import { element, longDate } from "../../browser/shared.js"
import { SIZE } from "../common/chip.js"

export const makeSheet = ({ onDate }) => {
  const COLUMNS = { 12: 4, 24: 6, 48: 8 }
  const el = element("div", { class: "sheet", hidden: true })
  let cells = [],
    columns = 4
  return {
    el,
    get cells() {
      return cells
    },
    get columns() {
      return columns
    },
    // `list` are the dates that can be shown, `picture` paints one onto a canvas, `note` says more of one.
    draw(count, list, { dates, picture, note }) {
      el.hidden = !count
      cells = []
      if (!count) {
        el.replaceChildren()
        return
      }
      const n = Math.min(count, list.length)
      columns = COLUMNS[count]
      cells = Array.from({ length: n }, (_, k) => list[Math.round((k * (list.length - 1)) / Math.max(n - 1, 1))]).map(
        (index) => {
          const canvas = element("canvas", { width: SIZE, height: SIZE })
          picture(canvas.getContext("2d"), index)
          return { index, canvas, text: longDate(dates[index]), note: note(index) }
        },
      )
      el.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`
      el.replaceChildren(
        ...cells.map(({ index, canvas, text, note }) =>
          element(
            "button",
            {
              type: "button",
              title: note ? `${text}: ${note}` : text,
              "aria-label": note ? `${text}, ${note}` : text,
              class: note ? "filled" : null,
              onclick: () => onDate(index),
            },
            canvas,
            element("span", {}, count > 12 ? text.replace(/ 20/, " ’") : text),
          ),
        ),
      )
      if (!n) el.append(element("p", {}, "No date of this sample can be shown yet"))
    },
  }
}
