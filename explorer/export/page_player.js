// Plays the dates, so many a second, while the selection says so.

/** @import { Selection } from "./page_selection.js" */

const BEHIND = 100 // ms that it makes up for at most, after a pause of the browser's

/**
 * @param {Selection} selection
 * @param {(then: (now: number) => void) => void} onFrame `requestAnimationFrame`, or a test's.
 */
export const runPlayer = (selection, onFrame = (then) => requestAnimationFrame(then)) => {
  const { state } = selection
  let due = 0,
    running = false

  const tick = (/** @type {number} */ now) => {
    running = state.playing
    if (!running) return
    if (now >= due) {
      due = Math.max(due + 1000 / state.speed, now - BEHIND)
      if (!selection.step(1)) {
        running = false
        selection.setPlaying(false)
        return
      }
    }
    onFrame(tick)
  }
  selection.on(["playing"], () => {
    if (!state.playing || running) return
    running = true
    onFrame((now) => {
      due = now + 1000 / state.speed
      tick(now)
    })
  })
}
