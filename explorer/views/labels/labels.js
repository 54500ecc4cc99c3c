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
  const alike = element(
    "button",
    { type: "button", onclick: () => model.send_msg({ type: "alike" }) },
    "More like this",
  )
  const onMap = element("span", { role: "status" })
  const clear = element(
    "button",
    { type: "button", title: "Take the rings off the map", onclick: () => model.send_msg({ type: "clear" }) },
    "Clear",
  )
  const likes = element("div", { class: "likes" }, alike, onMap, clear)
  el.append(beside, box, likes)
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
    alike({ on_map: count, off }) {
      alike.disabled = Boolean(off)
      alike.title = off || "The samples that look most like this one: pictures, map and queue"
      onMap.textContent = count ? `${count} alike on the map` : ""
      if (!count && clear.getRootNode().activeElement === clear) alike.focus()
      clear.hidden = !count
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
