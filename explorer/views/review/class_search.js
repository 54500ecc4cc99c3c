// A field for a class: candidates are listed while one types, the best first, and Enter takes only what is meant.
// `class_search.py` ranks alike; a test compares the two.

import { composes, element } from "../../browser/shared.js"

// As texts are compared: lower case, without accents, words with one blank between them.
const plainText = (text) =>
  (
    text
      .toLowerCase()
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .match(/[a-z0-9]+/g) ?? []
  ).join(" ")

const classRank = (wanted, one) => {
  const code = String(one.code),
    title = plainText(one.title),
    words = title.split(" ")
  if ([code, title, `${code} ${title}`].includes(wanted)) return [0, 0]
  const exact = one.names.find(([name]) => name === wanted)
  if (exact) return [1, exact[1]]
  if (title.startsWith(wanted)) return [2, 0]
  if (code.startsWith(wanted)) return [3, 0]
  const begun = one.names.filter(([name]) => wanted.length > 2 && name.startsWith(wanted)).map(([, place]) => place)
  if (begun.length) return [4, Math.min(...begun)]
  if (wanted.split(" ").every((part) => words.some((word) => word.startsWith(part)))) return [5, 0]
  return title.includes(wanted) ? [6, 0] : null
}

// Classes that a text may mean, the best first: { one, rank }; rank 0: code or title, 1: common name, then parts of names.
const classCandidates = (text, classes) => {
  const wanted = plainText(text.slice(0, 80))
  if (!wanted) return []
  return classes
    .map((one) => ({ one, at: classRank(wanted, one) }))
    .filter(({ at }) => at)
    .sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1] || a.one.code - b.one.code)
    .map(({ one, at }) => ({ one, rank: at[0] }))
}

// The one class that a text means without doubt; null where it may be another one.
const classMeant = (found) => {
  if (!found.length) return null
  const best = found.filter(({ rank }) => rank === found[0].rank)
  if (found[0].rank <= 1) return best.length === 1 ? best[0].one : null
  return found.length === 1 && found[0].rank < 6 ? found[0].one : null
}

// The field: `act(one)` hears of a class that was chosen, `none(text, found)` of an Enter that meant none or several ("" where nothing
// was typed). With `stays`, what was chosen remains in the field.
export const makeClassField = ({ label, placeholder = "", classes, act, none, stays = false }) => {
  const id = `classes-${Math.random().toString(36).slice(2)}`
  const input = element("input", {
    placeholder,
    maxlength: 200,
    "aria-label": label,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
  })
  const list = element("ul", {
    id,
    class: "candidates",
    role: "listbox",
    "aria-label": "Classes found",
    popover: "manual",
    hidden: true,
  })
  const box = element("span", { class: "combo" }, input, list)
  let found = [],
    at = -1
  const hide = () => {
    if (!list.hidden) list.hidePopover?.()
    list.hidden = true
    at = -1
    input.setAttribute("aria-expanded", "false")
    input.removeAttribute("aria-activedescendant")
  }
  const mark = (index) => {
    at = index
    ;[...list.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === at)))
    const node = list.children[at]
    if (!node) {
      input.removeAttribute("aria-activedescendant")
      return
    }
    input.setAttribute("aria-activedescendant", node.id)
    node.scrollIntoView({ block: "nearest" })
  }
  // In the browser's top layer, since the panel around it scrolls; the field has to be where it is by then.
  const place = () => {
    const edge = input.getBoundingClientRect(),
      below = window.innerHeight - edge.bottom - 8,
      above = edge.top - 8
    const up = below < 190 && above > below
    Object.assign(list.style, {
      left: `${edge.left}px`,
      width: `${Math.max(edge.width, 260)}px`,
      maxHeight: `${Math.min(300, up ? above : below)}px`,
      top: up ? "auto" : `${edge.bottom + 2}px`,
      bottom: up ? `${window.innerHeight - edge.top + 2}px` : "auto",
    })
  }
  const show = () => {
    found = classCandidates(input.value, classes())
    if (!found.length) {
      hide()
      return
    }
    list.replaceChildren(
      ...found.slice(0, 12).map(({ one }, i) => {
        const swatch = element("i")
        swatch.style.background = one.colour
        return element(
          "li",
          {
            id: `${id}-${i}`,
            role: "option",
            "aria-selected": "false",
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => take(one),
          },
          swatch,
          element("b", {}, String(one.code)),
          ` ${one.title}`,
        )
      }),
    )
    const opens = list.hidden
    list.hidden = false
    place()
    if (opens) list.showPopover?.()
    input.setAttribute("aria-expanded", "true")
    mark(-1)
  }
  const take = (one) => {
    hide()
    input.value = stays ? `${one.code} ${one.title}` : ""
    act(one)
  }
  input.addEventListener("input", show)
  input.addEventListener("blur", hide)
  input.addEventListener("keydown", (event) => {
    if (composes(event)) return
    if (event.repeat && event.key === "Enter") {
      event.preventDefault()
      return
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by) {
      event.preventDefault()
      if (list.hidden) show()
      const count = list.hidden ? 0 : list.children.length
      if (count) mark(at < 0 ? (by > 0 ? 0 : count - 1) : (at + by + count) % count)
    } else if (event.key === "Escape" && !list.hidden) {
      hide()
      event.preventDefault()
      event.stopPropagation()
    } else if (event.key === "Enter" && !(stays && list.hidden)) {
      event.preventDefault()
      if (!list.hidden && at >= 0) {
        take(found[at].one)
        return
      }
      found = classCandidates(input.value, classes())
      const one = classMeant(found)
      if (one) take(one)
      else none(input.value.trim(), found)
    }
  })
  return {
    box,
    input,
    hide,
    found: () => classCandidates(input.value, classes()),
    meant: () => classMeant(classCandidates(input.value, classes())),
  }
}
