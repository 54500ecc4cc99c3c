// The legend of the profile: what the curves mean, the menu that chooses them, the pins and regions by name, downloads.

import { element, inkOn, keepFocus, saveFile } from "../../browser/shared.js"
import { bus, listen, makeChoices } from "../common/talking.js"
import { makeCurvesMenu } from "./profile_menu.js"

/** @param {import("../messages").Drawn<"PinList">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const keys = element("div", { class: "keys", role: "list", "aria-label": "Legend of the profile" })
  const whose = element("span", {
    class: "key",
    role: "listitem",
    hidden: true,
    title: "The bands are those of this pin, the one added last",
  })
  const list = element("div", { class: "pins", role: "list", "aria-label": "Pinned pixels" })
  const keep = element(
    "button",
    {
      type: "button",
      class: "keep",
      "aria-pressed": "false",
      "aria-label": "Keep pins and regions",
      title: "Keep pins and regions when another sample is opened; else each sample has its own",
      onclick: () => model.send_msg({ type: "keep", on: keep.getAttribute("aria-pressed") !== "true" }),
    },
    "Keep",
  )
  const menu = makeCurvesMenu((text) => choices.send({ type: "curves", text }))
  const choices = makeChoices(model, (data) => menu.show(data.chosen, data.problem))
  const save = (text, title, onclick) => element("button", { type: "button", title, onclick }, text)
  const picture = (format) =>
    save(format.toUpperCase(), `Download both charts as ${format.toUpperCase()}, with legend and attribution`, () =>
      page.emit("save", { format }),
    )
  el.append(
    element(
      "div",
      { class: "actions" },
      menu.toggle,
      element(
        "div",
        { class: "segments", role: "group", "aria-label": "Download the profile" },
        picture("png"),
        picture("svg"),
        save("CSV", "Download the profiles of pins and regions, both sensors, with units and attribution", () =>
          model.send_msg({ type: "csv" }),
        ),
      ),
    ),
    element("div", { class: "legend-line" }, keys, list, keep),
    menu.panel,
  )
  // What does not fit fades out at the edge; the whole legend stands in its tooltip.
  const tellMore = () => {
    const more = keys.scrollWidth > keys.clientWidth + 1
    keys.classList.toggle("more", more)
    keys.tabIndex = more ? 0 : -1 // by keys, arrows scroll it
  }
  const fade = new ResizeObserver(tellMore)
  fade.observe(keys)
  // A click elsewhere closes the menu; what the click is for happens too.
  window.addEventListener(
    "pointerdown",
    (event) => {
      if (!event.composedPath().some((n) => n === menu.panel || n === menu.toggle)) menu.close()
    },
    { signal: gone.signal, capture: true },
  )

  const alike = { off: "" }
  const chip = ({ what, i, colour, name, title, hint, sign = undefined, removable }) => {
    const input = element("input", {
      class: "name",
      value: name,
      maxlength: 24,
      placeholder: title,
      "aria-label": `Name of ${hint}`,
      title: `${hint}. Type to name it.`,
    })
    input.style.width = `${Math.max(name ? 5 : 0.88 * title.length, name.length + 1)}ch` // most letters are narrower than 0
    const tell = () => {
      if (input.value.trim() !== name) model.send_msg({ type: "name", [what]: i, name: input.value })
    }
    input.addEventListener("change", tell)
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") input.blur()
    })
    const dot = element("b", { class: sign ? what : "dot" }, sign ?? "")
    Object.assign(dot.style, { background: colour, color: inkOn(colour) })
    return element(
      "span",
      { class: "pin", role: "listitem" },
      dot,
      input,
      element(
        "button",
        {
          type: "button",
          class: "alike",
          disabled: Boolean(alike.off),
          title:
            alike.off ||
            (what === "pin"
              ? "More like this: samples whose season is like this pixel’s"
              : "More like this: samples that look like this region"),
          "aria-label": `More like ${what} ${sign ?? i + 1}`,
          onclick: () => model.send_msg({ type: "alike", [what]: i }),
        },
        "≈",
      ),
      removable
        ? element(
            "button",
            {
              type: "button",
              title: `Remove this ${what}`,
              "aria-label": `Remove ${what} ${sign ?? i + 1}`,
              onclick: () => model.send_msg({ type: "remove", [what]: i }),
            },
            "×",
          )
        : null,
    )
  }
  listen(model, {
    menu(data) {
      menu.offer(data.menu)
    },
    state(data) {
      choices.told(data)
      keys.replaceChildren(
        whose,
        ...data.keys.map(({ text, colour, sign, dash, wide }) => {
          const mark = element("i", { class: sign ? "sign" : wide ? "wide" : (dash ?? "line") }, sign ?? "")
          if (colour) mark.style.color = colour
          return element("span", { class: "key", role: "listitem" }, mark, text)
        }),
      )
      keys.title = data.keys.map(({ text }) => text).join(" · ")
      tellMore()
    },
    acknowledged: choices.acknowledged,
    file(data) {
      saveFile(data.name, new Blob([data.text], { type: "text/csv" }))
    },
    pins(data) {
      keep.setAttribute("aria-pressed", String(data.keep))
      alike.off = data.alike_off
      const last = data.pins.at(-1)
      whose.hidden = data.pins.length < 2
      whose.textContent = last ? `Pin ${data.pins.length}${last.name ? ` ${last.name}` : ""}:` : ""
      keepFocus(list, () =>
        list.replaceChildren(
          ...data.pins.map((pin, i) =>
            chip({
              what: "pin",
              i,
              colour: pin.colour,
              name: pin.name ?? "",
              title: `row ${pin.row}, col ${pin.col}`,
              sign: data.pins.length > 1 ? String(i + 1) : undefined,
              hint: `pin ${i + 1} at row ${pin.row}, col ${pin.col}`,
              removable: data.pins.length > 1,
            }),
          ),
          ...data.regions.map((region, i) =>
            chip({
              what: "region",
              i,
              colour: region.colour,
              name: region.name,
              title: `region ${region.letter}`,
              hint: `region ${region.letter}, ${region.size}`,
              sign: region.letter,
              removable: true,
            }),
          ),
        ),
      )
    },
  })
  model.on("remove", () => {
    gone.abort()
    fade.disconnect()
  })
  model.send_msg({ type: "ready" })
}
