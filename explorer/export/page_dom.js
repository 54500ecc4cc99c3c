// What all parts of the page need of the document.

import { afterPaint, element as anyElement, icon as anyIcon, svgElement } from "../browser/shared.js"

/**
 * @type {<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes?: Record<string, any>, ...children: Array<Node | string | null>) => HTMLElementTagNameMap[Tag]}
 */
export const element = anyElement

/**
 * @type {<Tag extends keyof SVGElementTagNameMap>(tag: Tag, attributes?: Record<string, string | number>, ...children: Array<Node | string>) => SVGElementTagNameMap[Tag]}
 */
export const svg = svgElement

/** @type {(name: "first" | "previous" | "play" | "pause" | "next" | "last" | "loop") => SVGSVGElement} */
export const icon = anyIcon

/** @param {string} id */
export const byId = (id) => document.getElementById(id)

/**
 * @param {string} label What it is called for who hears the page, and its tooltip.
 * @param {Node | string} face
 * @param {() => void} onclick
 * @param {Record<string, any>} more
 */
export const button = (label, face, onclick, more = {}) =>
  element("button", { type: "button", "aria-label": label, title: label, onclick, ...more }, face)

/**
 * Gives a panel the page for itself, or the others their place back.
 * @param {import("./page_selection.js").Selection} selection
 * @param {string} id Of the panel
 * @param {string} name
 */
export const aloneButton = (selection, id, name) => {
  const { state } = selection
  const node = button(`${name} alone`, "⤢", () => selection.setPanel(state.panel === id ? "" : id), {
    class: "alone",
    "aria-pressed": "false",
  })
  selection.on(["panel"], () => node.setAttribute("aria-pressed", String(state.panel === id)))
  return node
}

/** @param {string} colour */
export const swatch = (colour) => {
  const node = element("i")
  node.style.background = colour
  return node
}

/** @param {number} fraction 0 to 1 */
export const percent = (fraction) => `${(100 * fraction).toFixed(1).replace(/\.0$/, "")} %`

/**
 * A User Timing mark, set once what was just drawn has been presented.
 * @param {string} name
 * @param {any} [detail]
 */
export const mark = (name, detail) => afterPaint(() => performance.mark(`page:${name}`, { detail }))

/**
 * Words beside the pointer; none for an empty text.
 * @param {string} text
 * @param {{ clientX: number, clientY: number } | null} event
 */
export const tip = (text, event) => {
  const node = byId("tip")
  node.hidden = !text
  if (!text) return
  node.textContent = text
  node.style.left = `${Math.min(event.clientX + 12, innerWidth - node.offsetWidth - 6)}px`
  node.style.top = `${Math.max(event.clientY - node.offsetHeight - 10, 4)}px`
}

/** @typedef {"light" | "dark"} Theme */
/** @returns {Theme} What the page wears. */
export const theme = () => /** @type {Theme} */ (document.documentElement.dataset.theme)
/** @param {string} name Of a colour of the style sheet, `--ink` */
export const cssColour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/**
 * A file that stands in the page as base64.
 * @param {string} id Of its element
 */
export const bytesOf = (id) => bytesOf64(byId(id).textContent.trim())

/** @param {string} base64 */
export const bytesOf64 = (base64) => {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i) // megabytes: `from` with a function is slow
  return bytes
}
