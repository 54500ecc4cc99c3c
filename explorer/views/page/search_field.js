// The search field: what a text may mean is listed while somebody types, in groups; Enter does what the text means, or the
// suggestion that the arrow keys have come to (the combobox with a list of the ARIA Authoring Practices, 1.2).

import { composes, element, mark } from "../../browser/shared.js"
import { makeListField } from "../common/combobox.js"

const TYPED = 200 // characters that the server reads
const TOLD = 15_000 // ms that what was found stays in sight

/**
 * @param {import("../messages").Model<"Head">} model
 */
export const makeSearchField = (model) => {
  const id = `search-${Math.random().toString(36).slice(2)}`
  const field = makeListField(
    "div",
    id,
    {
      enterkeyhint: "search",
      maxlength: TYPED,
      "data-kept": "", // what is searched is in the address
      placeholder: "Find: vineyards Italy ≥ 80 %",
      title: "A sample's id, coordinates, a town, region or country, a class, or several words: vineyards Italy ≥ 80 %",
      "aria-label": "Search samples, places and classes",
    },
    { class: "suggestions", "aria-label": "Suggestions" },
  )
  const { input, list, hide } = field
  const told = element("output", { class: "told", role: "status", "aria-label": "Search result", hidden: true })
  const box = element("span", { class: "search" }, input, list, told)
  let ticket = 0,
    listed = 0,
    timer = 0,
    options = []

  const say = (text) => {
    told.textContent = told.title = text
    told.hidden = !text
    clearTimeout(timer)
    if (text)
      timer = setTimeout(() => {
        told.hidden = true
      }, TOLD)
  }
  const place = () => {
    const edge = input.getBoundingClientRect(),
      wide = Math.min(Math.max(edge.width, 380), window.innerWidth - 16)
    Object.assign(list.style, {
      left: `${Math.max(8, Math.min(edge.left, window.innerWidth - wide - 8))}px`,
      top: `${edge.bottom + 3}px`,
      width: `${wide}px`,
      maxHeight: `${Math.max(120, window.innerHeight - edge.bottom - 16)}px`,
    })
  }
  const ask = () => {
    const text = input.value.trim()
    say("")
    if (text) model.send_msg({ type: "suggest", text, ticket: ++ticket })
    else {
      ticket += 1
      hide()
    }
  }
  const done = () => {
    ticket += 1 // what was asked for comes too late
    hide()
  }
  const choose = (index) => {
    const node = options[index]
    input.value = node.dataset.title
    model.send_msg({ type: "choose", ticket: listed, index })
    done()
  }
  const go = () => {
    const text = input.value.trim()
    if (text) model.send_msg({ type: "go", text: text.slice(0, TYPED) })
    done()
  }

  input.addEventListener("input", ask)
  input.addEventListener("blur", hide)
  input.addEventListener("keydown", (event) => {
    if (composes(event)) return
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      if (list.hidden) ask()
      else if (options.length) {
        const next = field.at < 0 && by < 0 ? options.length - 1 : (field.at + by + options.length) % options.length
        field.mark(options, next)
      }
    } else if (event.key === "Escape" && (!list.hidden || input.value)) {
      // First the list goes, then the text.
      if (list.hidden) input.value = ""
      done()
      event.preventDefault()
      event.stopPropagation()
    } else if (event.key === "Enter") {
      event.preventDefault()
      if (event.repeat) return
      if (!list.hidden && field.at >= 0) choose(field.at)
      else go()
    }
  })

  const option = (one, i) => {
    const swatch = element("i", { "aria-hidden": "true" })
    if (one.colour) swatch.style.background = one.colour
    else swatch.classList.add("none")
    return element(
      "div",
      {
        id: `${id}-${i}`,
        role: "option",
        "aria-selected": "false",
        "data-title": one.title,
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => choose(i),
      },
      swatch,
      element("b", {}, one.title),
      element("small", {}, one.detail),
      element("em", {}),
    )
  }

  return {
    box,
    go,
    say,
    suggestions(data) {
      if (data.ticket !== ticket) {
        if (data.ticket === 0) hide()
        return
      }
      listed = data.ticket
      options = data.options.map(option)
      field.mark(options, -1)
      const groups = new Map()
      data.options.forEach((one, i) => {
        groups.set(one.group, [...(groups.get(one.group) ?? []), options[i]])
      })
      list.replaceChildren(
        ...[...groups].map(([name, nodes]) =>
          element(
            "div",
            { role: "group", "aria-label": name },
            element("div", { class: "group", "aria-hidden": "true" }, name),
            ...nodes,
          ),
        ),
      )
      if (options.length && input.getRootNode().activeElement === input) field.show(place)
      else hide()
      mark("suggested", { ticket: data.ticket, count: options.length })
    },
    counted(data) {
      if (data.ticket !== listed) return
      options.forEach((node, i) => {
        const count = data.counts[i]
        node.querySelector("small").textContent = data.details[i]
        node.querySelector("em").textContent =
          count === null ? "" : `${count.toLocaleString("en")} sample${count === 1 ? "" : "s"}`
      })
      mark("suggestions-counted", { ticket: data.ticket })
    },
    // While somebody types, it is theirs.
    forget() {
      if (input.getRootNode().activeElement === input) return
      input.value = ""
      say("")
    },
    stop: () => clearTimeout(timer),
  }
}
