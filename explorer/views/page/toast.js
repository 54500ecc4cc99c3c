// What was taken away, with a way to have it back: a line at the foot of the page that goes by itself; and the keys that undo and redo.

import { element, isOurKey, isWriting, letterOf, makeReturn, mark, pageRoot } from "../../browser/shared.js"
import { listen } from "../common/talking.js"

const STAYS = 8000 // ms; longer while the pointer or the focus is on it

/** @param {import("../messages").Drawn<"Toast">} panel */
export function render({ model, el }) {
  const gone = new AbortController()
  let timer = 0,
    step = /** @type {number | null} */ (null)
  const words = element("span", { role: "status" }) // there before it says something: else nobody reads it out
  const act = element("button", { type: "button", onclick: () => send() })
  const close = element(
    "button",
    { type: "button", class: "close", title: "Dismiss (Esc)", "aria-label": "Dismiss", onclick: () => hide() },
    "×",
  )
  const box = element("div", { class: "undo-line", role: "group", "aria-label": "Undo" }, words, act, close)
  el.append(box)
  const back = makeReturn(box)
  const isShown = () => box.classList.contains("shown")
  const send = () => {
    if (act.textContent === "Redo") model.send_msg({ type: "redo" })
    else model.send_msg({ type: "undo", step })
  }
  const hide = () => {
    if (!isShown()) return
    stay()
    box.classList.remove("shown")
    words.textContent = ""
    back.closed()
  }
  const stay = () => clearTimeout(timer)
  const go = () => {
    stay()
    timer = setTimeout(() => {
      if (box.matches(":hover, :focus-within")) return // it goes once they have left
      hide()
    }, STAYS)
  }
  for (const kind of ["pointerenter", "focusin"]) box.addEventListener(kind, stay)
  for (const kind of ["pointerleave", "focusout"]) box.addEventListener(kind, () => isShown() && go())
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hide()
      event.preventDefault()
    }
    // Keys that press the buttons are not the animation's.
    if (["Escape", "Enter", " "].includes(event.key)) event.stopPropagation()
  })
  const presents = () => pageRoot(el).classList.contains("presenting")
  window.addEventListener(
    "keydown",
    (event) => {
      if (!isOurKey(event, el) || isWriting(event) || presents()) return // a field has its own undo
      if (event.key === "Escape") hide()
      const held = (event.ctrlKey || event.metaKey) && !event.altKey
      const letter = letterOf(event)
      const kind =
        held && letter === "z"
          ? event.shiftKey
            ? "redo"
            : "undo"
          : event.ctrlKey && held && letter === "y" && !event.shiftKey
            ? "redo"
            : ""
      if (!kind) return
      event.preventDefault()
      if (kind === "redo") model.send_msg({ type: "redo" })
      else model.send_msg({ type: "undo" })
    },
    { signal: gone.signal },
  )
  listen(model, {
    say(data) {
      if (presents()) return
      if (!isShown()) back.opened()
      step = data.step
      words.textContent = data.text
      act.textContent = data.action
      act.hidden = !data.action
      act.title = data.action === "Redo" ? "Redo (Ctrl+Shift+Z)" : "Undo (Ctrl+Z undoes the last change)"
      box.classList.add("shown")
      go()
      mark("toast", { text: data.text })
    },
    hide,
  })
  model.on("remove", () => {
    stay()
    gone.abort()
  })
  model.send_msg({ type: "ready" })
}
