// The bars of a sample's label, as the server made them: all that comes from a corpus in them is escaped there.

import { element } from "../../browser/shared.js"
import { listen } from "../common/talking.js"

/** @param {import("../messages").Drawn<"Bars">} panel */
export function render({ model, el }) {
  const box = element("div", { class: "scroll", role: "group", "aria-label": "Classes of the label" })
  box.innerHTML = model.html
  const choice = element("select", { "aria-label": "Opinion beside the label", title: "Opinion beside the label" })
  choice.addEventListener("change", () => model.send_msg({ type: "choose", opinion: choice.value }))
  const judge = element(
    "button",
    {
      type: "button",
      title: "Judge a model: cross-table, scores and calibration beside all labels",
      onclick: () => model.send_msg({ type: "judge" }),
    },
    "Judge",
  )
  const heads = ["label", "opinion", "differs"].map((head) =>
    element("span", { class: "head", "aria-hidden": "true" }, head),
  )
  const caption = element(
    "span",
    { class: "choice" },
    element("span", { "aria-hidden": "true" }, "Beside it"),
    choice,
    judge,
  )
  const beside = element("div", { class: "beside" }, caption, ...heads)
  beside.hidden = true
  const nameColumns = () => {
    for (const head of heads) head.hidden = !box.querySelector(".pair")
  }
  nameColumns()
  el.append(beside, box)
  // By keyboard, too, where there are more classes than room.
  const reachable = () => {
    box.tabIndex = box.scrollHeight > box.clientHeight + 1 ? 0 : -1
  }
  const sized = new ResizeObserver(reachable)
  sized.observe(box)
  model.on("remove", () => sized.disconnect())
  listen(model, {
    opinions({ names, chosen }) {
      beside.hidden = !names.length && !chosen
      const known = names.includes(chosen) || !chosen ? names : [...names, chosen]
      choice.replaceChildren(
        element("option", { value: "" }, "no opinion"),
        ...known.map((name) => element("option", { value: name }, name)),
      )
      choice.value = chosen
      reachable()
    },
    label(data) {
      box.innerHTML = data.html
      box.scrollTop = 0
      nameColumns()
      reachable()
    },
  })
  model.send_msg({ type: "ready" })
}
