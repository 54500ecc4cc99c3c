// @ts-check
// A newcomer's first minute: the year plays once by itself, slowly, each date fading into the next, and comes to rest at a telling date.

import { recall, remember } from "../common/remember.js"

const VISITED = "rapidai4eo-visited" // where this browser notes that the year has played
const SPEED = 8 // dates a second
const PAUSE = 1200 // ms that the first picture is looked at before the year begins
/** Words of a link that say how the page looks, not what it shows. */
const LOOKS = ["theme", "colours", "base", "draw", "level"]
/** The link that the page was opened with: this is read before the page writes its selection into the address. */
const ARRIVED = globalThis.location?.search ?? ""

/**
 * Whether a link leaves it to the page what is shown.
 * @param {string} search
 */
export const asksForNothing = (search) => [...new URLSearchParams(search).keys()].every((key) => LOOKS.includes(key))

/**
 * The dates of one year that are ready, in the order in which they play: once around the year, so that the last one is `end`.
 * @param {string[]} dates ISO
 * @param {(i: number) => boolean} ready
 * @param {number} end
 */
export const yearUntil = (dates, ready, end) => {
  const year = dates[end].slice(0, 4)
  const all = dates.flatMap((iso, i) => (iso.startsWith(year) && ready(i) ? [i] : []))
  const at = all.indexOf(end)
  return [...all.slice(at + 1), ...all.slice(0, at + 1)]
}

/**
 * Where the play is after a time: the date shown, the one that it fades into (none at the end), and how far it has.
 * @param {number[]} order Dates as they play.
 * @param {number} ms
 * @returns {{ index: number, next: number, share: number, over: boolean }}
 */
export const momentOf = (order, ms) => {
  const position = Math.max(0, (ms * SPEED) / 1000)
  const k = Math.min(Math.floor(position), order.length - 1)
  const over = position >= order.length - 1
  return { index: order[k], next: over ? -1 : order[k + 1], share: over ? 0 : position - k, over }
}

/**
 * Decides whether the year plays, and starts it. What a person does before or meanwhile ends it for good.
 * @param {{ served: boolean, busy: () => boolean, ask: () => void, stop: () => void, own: (event: Event) => boolean, signal: AbortSignal }} how
 *   `busy`: whether a review or a presentation has the page; `ask` has the server choose the date; `stop` ends what plays;
 *   `own`: whether an event is dealt with by the control that it happens in.
 */
export const makeFirstPlay = ({ served, busy, ask, stop, own, signal }) => {
  const still = globalThis.matchMedia("(prefers-reduced-motion: reduce)")
  let wanted = served && asksForNothing(ARRIVED) && !recall(VISITED) && !still.matches && !document.hidden
  const ended = new AbortController()
  const end = () => {
    wanted = false
    ended.abort()
    stop()
  }
  signal.addEventListener("abort", () => ended.abort())
  const listening = { signal: ended.signal, capture: true, passive: true }
  if (wanted) {
    // What the event is for comes first: a key that pauses would else play again what this has stopped.
    for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"])
      window.addEventListener(kind, (event) => own(event) || setTimeout(end), listening)
    // Moved by its bar the page tells nothing else; panels that scroll by themselves are none of this.
    window.addEventListener("scroll", (event) => event.target === document && end(), listening)
    document.addEventListener("visibilitychange", () => document.hidden && end(), listening)
  }
  return {
    get wanted() {
      return wanted
    },
    /** All dates are here. */
    ready() {
      if (!wanted) return
      setTimeout(() => {
        if (!wanted || busy()) return
        remember(VISITED, "1")
        ask()
      }, PAUSE)
    },
    /** The year has played, or something else is shown. */
    over() {
      wanted = false
      ended.abort()
    },
  }
}
