// A field with a list that narrows while one types (the combobox of WAI-ARIA's patterns), and what ranks the entries of a menu.

import { composes, element } from "../../browser/shared.js"

/**
 * As texts are compared: lower case, without accents, words with one blank between them.
 * @param {string} text
 */
export const plainText = (text) =>
  (
    text
      .toLowerCase()
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .match(/[a-z0-9]+/g) ?? []
  ).join(" ")

/**
 * An entry of a menu: `text` is the whole of what it is called.
 * @typedef {{ value: string, text: string, short: string, title: string, group: string }} Entry
 */
/**
 * The entries of a menu, `NDVI: Normalized Difference Vegetation Index` by its short and its long name.
 * @param {Record<string, Record<string, string>>} groups Group (an index's application) -> text -> value.
 * @returns {Entry[]}
 */
export const entriesOf = (groups) =>
  Object.entries(groups).flatMap(([group, entries]) =>
    Object.entries(entries).map(([text, value]) => {
      const cut = text.indexOf(": ")
      return {
        value,
        text,
        short: cut < 0 ? text : text.slice(0, cut),
        title: cut < 0 ? "" : text.slice(cut + 2),
        group: group.replace(/^indices: /, ""),
      }
    }),
  )

const rankOf = (/** @type {string} */ wanted, /** @type {Entry} */ { value, short, title, group }) => {
  const name = plainText(short),
    long = plainText(title),
    all = `${name} ${long} ${plainText(group)}`
  if (name === wanted || plainText(value) === wanted) return 0 // a link's word, as swir, too
  if (name.startsWith(wanted)) return 1
  if (long.startsWith(wanted)) return 2
  if (plainText(group) === wanted) return 3
  const words = all.split(" ")
  if (wanted.split(" ").every((part) => words.some((word) => word.startsWith(part)))) return 4
  return all.includes(wanted) ? 5 : -1
}

/**
 * Entries that a text may mean, the best first; all of them, as they are, for no text.
 * @param {string} text
 * @param {Entry[]} entries
 */
export const entriesFound = (text, entries) => {
  const wanted = plainText(text.slice(0, 80))
  if (!wanted) return text.trim() ? [] : entries
  return entries
    .map((entry, i) => ({ entry, i, rank: rankOf(wanted, entry) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.i - b.i)
    .map(({ entry }) => entry)
}

/**
 * A field with a list below it, hidden at first, and which of the list's options is marked: what the combobox of the ARIA
 * Authoring Practices, 1.2, says to assistive technology.
 * @param {string} tag The list's.
 * @param {string} id The list's.
 * @param {Record<string, any>} field Attributes of the field.
 * @param {Record<string, any>} box Attributes of the list.
 */
export const makeListField = (tag, id, field, box) => {
  const input = element("input", {
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
    ...field,
  })
  const list = element(tag, { id, role: "listbox", popover: "manual", hidden: true, ...box })
  let at = -1
  return {
    input,
    list,
    /** Which option is marked; -1 for none. */
    get at() {
      return at
    },
    hide() {
      if (!list.hidden) list.hidePopover?.()
      list.hidden = true
      at = -1
      input.setAttribute("aria-expanded", "false")
      input.removeAttribute("aria-activedescendant")
    },
    /** In the browser's top layer, since the panel around it scrolls: `place` says where. */
    show(/** @type {() => void} */ place) {
      const opens = list.hidden
      list.hidden = false
      place()
      if (opens) list.showPopover?.()
      input.setAttribute("aria-expanded", "true")
    },
    mark(/** @type {Iterable<Element>} */ options, /** @type {number} */ index) {
      at = index
      const nodes = [...options]
      nodes.forEach((node, i) => node.setAttribute("aria-selected", String(i === at)))
      const node = nodes[at]
      if (!node) {
        input.removeAttribute("aria-activedescendant")
        return
      }
      input.setAttribute("aria-activedescendant", node.id)
      node.scrollIntoView({ block: "nearest" })
    },
  }
}

/**
 * The field and its list; `combobox.css` belongs to it.
 * @template T
 * @param {object} options
 * @param {string} options.label The field's name.
 * @param {string} options.listed The list's name.
 * @param {string} [options.placeholder]
 * @param {(text: string) => T[]} options.find What a text may mean, the best first.
 * @param {(one: T) => Array<Node | string>} options.draw How one is shown in the list.
 * @param {(one: T) => void} options.take One was chosen.
 * @param {(text: string, event: KeyboardEvent) => void} options.enter Enter, with none in the list marked.
 * @param {number} [options.most] That are listed.
 * @param {boolean} [options.firstMarked] Whether Enter takes the best one.
 * @param {number} [options.wide] CSS pixels that the list is wide at least.
 * @param {boolean} [options.whole] Whether a click or an arrow opens the whole list, whatever stands in the field.
 */
export const makeCombobox = ({
  label,
  listed,
  placeholder = "",
  find,
  draw,
  take,
  enter,
  most = 12,
  firstMarked = false,
  whole = false,
  wide: least = 260,
}) => {
  const id = `list-${Math.random().toString(36).slice(2)}`
  const field = makeListField(
    "ul",
    id,
    { placeholder, maxlength: 200, "aria-label": label },
    { class: "candidates", "aria-label": listed },
  )
  const { input, list } = field
  const told = element("span", { class: "combo-told", role: "status" })
  const box = element("span", { class: "combo" }, input, list, told)
  let found = /** @type {T[]} */ ([])
  const hide = () => {
    field.hide()
    told.textContent = ""
  }
  const mark = (/** @type {number} */ index) => field.mark(list.children, index)
  // The field has to be where it is by then.
  const place = () => {
    const edge = input.getBoundingClientRect(),
      below = window.innerHeight - edge.bottom - 8,
      above = edge.top - 8,
      up = below < 190 && above > below,
      wide = Math.min(Math.max(edge.width, least), window.innerWidth - 16)
    Object.assign(list.style, {
      left: `${Math.max(8, Math.min(edge.left, window.innerWidth - wide - 8))}px`,
      width: `${wide}px`,
      maxHeight: `${Math.min(300, up ? above : below)}px`,
      top: up ? "auto" : `${edge.bottom + 2}px`,
      bottom: up ? `${window.innerHeight - edge.top + 2}px` : "auto",
    })
  }
  const choose = (/** @type {T} */ one) => {
    hide()
    take(one)
  }
  const show = (text = input.value) => {
    found = find(text).slice(0, most)
    if (!found.length) {
      hide()
      told.textContent = text.trim() ? "nothing found" : ""
      return
    }
    list.replaceChildren(
      ...found.map((one, i) =>
        element(
          "li",
          {
            id: `${id}-${i}`,
            role: "option",
            "aria-selected": "false",
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => choose(one),
          },
          ...draw(one),
        ),
      ),
    )
    field.show(place)
    list.scrollTop = 0
    told.textContent = `${found.length} in the list`
    mark(firstMarked && text.trim() ? 0 : -1)
  }
  const open = () => show(whole ? "" : input.value)
  input.addEventListener("input", () => show())
  input.addEventListener("blur", hide)
  if (whole)
    input.addEventListener("click", () => {
      if (list.hidden) open()
    })
  input.addEventListener("keydown", (event) => {
    if (composes(event)) return
    if (event.repeat && event.key === "Enter") {
      event.preventDefault()
      return
    }
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key]
    if (by) {
      event.preventDefault()
      if (list.hidden) open()
      const count = list.hidden ? 0 : list.children.length
      if (!count) return
      const next = field.at < 0 ? (by > 0 ? 0 : count - 1) : field.at + by
      mark(Math.abs(by) > 1 ? Math.min(count - 1, Math.max(0, next)) : (next + count) % count)
    } else if (event.key === "Escape" && !list.hidden) {
      hide()
      event.preventDefault()
      event.stopPropagation()
    } else if (event.key === "Enter") {
      if (!list.hidden && field.at >= 0) {
        event.preventDefault()
        choose(found[field.at])
      } else enter(input.value.trim(), event)
    }
  })
  return {
    box,
    input,
    hide,
    choose,
    /** Whether the list is shown. */
    get open() {
      return !list.hidden
    },
  }
}

/**
 * How an entry of a menu is drawn: short name, long name, application.
 * @param {Entry} entry
 */
export const drawEntry = ({ short, title, group }) => [
  element("b", { class: title ? "" : "title" }, short),
  title ? element("span", { class: "title" }, ` ${title}`) : "",
  element("small", {}, ` ${group}`),
]

/**
 * A combobox over the entries of a menu, in which stands what is chosen unless somebody types.
 * @param {object} options
 * @param {string} options.label The field's name.
 * @param {string} options.listed The list's name.
 * @param {string} [options.placeholder]
 * @param {(value: string) => void} options.take An entry was chosen, by its value.
 * @param {(text: string) => void} options.unknown Enter on a text that no entry is found by.
 */
export const makeMenuField = ({ label, listed, placeholder, take, unknown }) => {
  let entries = /** @type {Entry[]} */ ([]),
    chosen = ""
  const textOf = (/** @type {string} */ value) => entries.find((entry) => entry.value === value)?.text ?? ""
  const list = makeCombobox({
    label,
    listed,
    placeholder,
    find: (text) => entriesFound(text, entries),
    draw: drawEntry,
    take(entry) {
      list.input.value = entry.text
      take(entry.value)
    },
    enter(text) {
      if (text !== textOf(chosen)) unknown(text)
    },
    most: Infinity,
    firstMarked: true,
    whole: true,
    wide: 440,
  })
  list.input.addEventListener("focus", () => list.input.select())
  list.input.addEventListener("blur", () => {
    list.input.value = textOf(chosen)
  })
  return {
    box: list.box,
    input: list.input,
    /** What an entry is called; nothing for a value that none has. */
    textOf,
    /** Other entries, and which of them is chosen. */
    show(/** @type {Entry[]} */ found, /** @type {string} */ value) {
      entries = found
      chosen = value
      if (!list.open) list.input.value = textOf(chosen)
    },
  }
}
