// The bars of a sample's label, as the server made them: all that comes from a corpus in them is escaped there.

import { element, saveFile } from "../../browser/shared.js"
import { listen } from "../common/talking.js"

const FILES = { gpkg: "GeoPackage", geojson: "GeoJSON", csv: "CSV" }
const counted = (count, what) => (count ? `${count} ${what}${count === 1 ? "" : "s"}` : "")

// What was seen on the ground, which folds: a line a point or polygon, whom to name, and files to take away.
const makeGround = (save, showThem) => {
  const name = element("summary", {})
  const list = element("ul", {})
  const note = element("p", { class: "note" })
  const files = Object.entries(FILES).map(([format, text]) =>
    element("button", { type: "button", title: `Save as ${text}`, onclick: () => save(format) }, text),
  )
  const box = element("input", { type: "checkbox", onchange: () => showThem(box.checked) })
  const shows = element("label", { class: "shows" }, box, "Show in the pictures")
  const row = element(
    "div",
    { class: "files", role: "group", "aria-label": "Save what was seen on the ground" },
    ...files,
  )
  const el = element("details", { class: "ground", hidden: true }, name, shows, list, row, note)
  return {
    el,
    show(/** @type {import("../messages").Told["Bars"]["ground"]} */ { marks, more, credits, problems, shown }) {
      el.hidden = !marks.length && !problems.length
      const areas = marks.filter(({ rings }) => rings.length).length
      const told = [counted(marks.length - areas, "point"), counted(areas, "polygon"), more ? `${more} more` : ""]
      name.textContent = `On the ground: ${told.filter(Boolean).join(", ") || "cannot be read"}`
      row.hidden = shows.hidden = !marks.length
      box.checked = shown
      list.replaceChildren(
        ...marks.map(({ set, id, title, colour, date, rings }) => {
          const sign = element("i", { class: rings.length ? "area" : "point", "aria-hidden": "true" })
          sign.style.setProperty("--colour", colour)
          return element(
            "li",
            { class: "seen", title: `${set} ${id}: ${title}` },
            sign,
            element("span", { class: "name" }, title),
            element("span", { class: "hidden" }, rings.length ? ", a polygon of " : ", a point of "),
            element("span", { class: "of" }, `${set} ${id}`),
            element("span", { class: "percent" }, date),
          )
        }),
      )
      note.textContent = [...problems, ...credits].join(". ")
    },
  }
}

/** @param {import("../messages").Drawn<"Bars">} panel */
export function render({ model, el }) {
  const box = element("div", { class: "scroll", role: "group", "aria-label": "Classes of the label" })
  const bars = element("div")
  bars.innerHTML = model.html
  const ground = makeGround(
    (format) => model.send_msg({ type: "save", format }),
    (shown) => model.send_msg({ type: "show_ground", shown }),
  )
  box.append(bars, ground.el)
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
  const add = element(
    "button",
    {
      type: "button",
      class: "add",
      hidden: true,
      title: "Add a table of a model’s predictions, or of another map’s classes",
      onclick: () => model.send_msg({ type: "add_opinion" }),
    },
    "Add an opinion…",
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
  const likes = element("div", { class: "likes" }, alike, onMap, clear, add)
  el.append(beside, box, likes)
  // By keyboard, too, where there are more classes than room.
  const reachable = () => {
    box.tabIndex = box.scrollHeight > box.clientHeight + 1 ? 0 : -1
  }
  const sized = new ResizeObserver(reachable)
  sized.observe(box)
  model.on("remove", () => sized.disconnect())
  ground.el.addEventListener("toggle", reachable)
  listen(model, {
    ground(data) {
      ground.show(data)
      reachable()
    },
    file({ name, media, bytes }) {
      saveFile(name, new Blob([bytes], { type: media }))
    },
    opinions({ names, chosen, may_add }) {
      beside.hidden = !names.length && !chosen
      add.hidden = !may_add || !beside.hidden // the panel of `Judge` has it, too
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
      bars.innerHTML = data.html
      box.scrollTop = 0
      nameColumns()
      reachable()
    },
  })
  model.send_msg({ type: "ready" })
}
