// The page's keys: play, step, begin and end, what plays; the story's steps.

/** @import { Selection } from "./page_selection.js" */

import { isWriting } from "../browser/shared.js"

/**
 * @param {Selection} selection
 * @returns {Record<string, () => void>} What a key does, by its name.
 */
export const keysOf = (selection) => ({
  " ": () => selection.setPlaying(!selection.state.playing),
  ArrowLeft: () => selection.move(-1),
  ArrowRight: () => selection.move(1),
  ",": () => selection.move(-1),
  ".": () => selection.move(1),
  "[": () => selection.setEnd("first", selection.state.index),
  "]": () => selection.setEnd("last", selection.state.index),
  Escape: () => selection.setPanel(""),
  Home: () => selection.jump(-1),
  End: () => selection.jump(1),
  PageUp: () => selection.goTo(selection.state.step - 1),
  PageDown: () => selection.goTo(selection.state.step + 1),
})

/** @param {Selection} selection */
export const listenToKeys = (selection) => {
  const keys = keysOf(selection)
  addEventListener("keydown", (event) => {
    if (isWriting(event) || event.ctrlKey || event.metaKey || event.altKey) return
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key],
      { look } = selection.state
    const moves = event.shiftKey && by && look.mode !== "single" // the compared date
    const act = moves ? () => selection.compareWith(look.other + by) : keys[event.key]
    const pressed = event.key === " " && event.target instanceof Element && event.target.closest("button") // by itself
    if (!act || pressed) return
    event.preventDefault()
    act()
  })
}
