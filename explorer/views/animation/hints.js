// @ts-check
// Three hints for newcomers, one at a time, above the timeline: each goes once one has done what it says, or by its button, and stays away.

import { element } from "../../browser/shared.js"
import { recall, remember } from "../common/remember.js"

const DONE = "rapidai4eo-hints" // where this browser keeps which hints have gone

/**
 * What can be done, in the order in which it is told; fingers have other ways.
 * @param {boolean} touch
 * @returns {[name: string, text: string][]}
 */
export const hintsFor = (touch) =>
  touch
    ? [
        ["pixel", "Tap a pixel to see its two years."],
        ["fingers", "Two fingers move and zoom the picture and the map."],
        ["time", "Drag the timeline, or choose a class in the legend."],
      ]
    : [
        ["pixel", "Click a pixel to see its two years."],
        ["add", "Shift-click adds another pixel, up to eight."],
        ["time", "Drag the timeline, or choose a class in the legend."],
      ]

/**
 * What was kept of hints that have gone: their names.
 * @param {string} text
 * @returns {Set<string>}
 */
export const goneHints = (text) => new Set(text.split(",").filter(Boolean))

/** @param {{ served: boolean }} how Whether the page is the explorer alone: a notebook's cell has no newcomers' hints. */
export const makeHints = ({ served }) => {
  const all = hintsFor(globalThis.matchMedia("(pointer: coarse)").matches)
  const gone = goneHints(recall(DONE))
  let said = ""
  const words = element("span", { role: "status" })
  const button = (text, title, onclick) => element("button", { type: "button", title, onclick }, text)
  const next = button("Got it", "Do not show this hint again", () => {
    if (said) say("")
    else did(shown())
  })
  const none = button("No more hints", "Show no hints any more", () => {
    said = ""
    for (const [name] of all) gone.add(name)
    keep()
  })
  const el = element("div", { class: "hints", role: "note", "aria-label": "Hint", hidden: true }, words, next, none)
  const shown = () => (served ? (all.find(([name]) => !gone.has(name))?.[0] ?? "") : "")
  const draw = () => {
    const name = shown()
    const text = said || (all.find(([other]) => other === name)?.[1] ?? "")
    if (words.textContent !== text) words.textContent = text
    next.hidden = none.hidden = el.classList.contains("plays")
    el.hidden = !text
  }
  const keep = () => {
    remember(DONE, [...gone].join())
    draw()
  }
  /** @param {string} name Of what somebody has done, once or again. */
  const did = (name) => {
    if (!name || gone.has(name)) return
    gone.add(name)
    keep()
  }
  /**
   * Something else to say in the hints' place, until it is read; with `plays`, until something else is said.
   * @param {string} text
   */
  const say = (text, plays = false) => {
    said = text
    el.classList.toggle("plays", plays)
    draw()
  }
  draw()
  return { el, did, say }
}
