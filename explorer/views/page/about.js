// About this corpus: what is assumed of it, what some of its files say, what follows, and what to do.

import { element, keepKeys, makeDrawer, mark } from "../../browser/shared.js"
import { bus, listen } from "../common/talking.js"

/** @param {import("../messages").Drawn<"About">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const WORDS = { ok: "as assumed", told: "read otherwise", wrong: "would be wrong", missing: "is missing" }
  const SIGNS = { ok: "✓", told: "i", wrong: "!", missing: "–" }
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text)
  const state = { asked: false, told: null }

  const facts = element("dl"),
    summary = element("p", { class: "summary", role: "status" }),
    list = element("ul", { class: "checks" })
  const notes = element("ul", { class: "notes" }),
    notesHead = element("h3", {}, "Noticed while files were read")
  const close = button("×", () => setOpen(false), { class: "close", "aria-label": "Close about this corpus" })
  // As a file, for whoever keeps the corpus.
  const save = button(
    "Download as JSON",
    () => {
      const link = element("a", {
        href: URL.createObjectURL(new Blob([JSON.stringify(state.told, null, 2)], { type: "application/json" })),
        download: "about-this-corpus.json",
      })
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 10000)
    },
    { disabled: true },
  )
  const panel = element(
    "section",
    { class: "drawer", role: "dialog", "aria-label": "About this corpus", hidden: true },
    element("header", {}, element("h2", {}, "About this corpus"), close),
    facts,
    element("h3", {}, "What the explorer assumes, and what some files say"),
    summary,
    list,
    notesHead,
    notes,
    element(
      "footer",
      {},
      element(
        "p",
        { class: "hint" },
        "More files, and what to do where something is wrong: ",
        element("code", {}, "explorer doctor"),
        " with the corpus's place.",
      ),
      save,
    ),
  )
  el.append(panel)

  const setOpen = makeDrawer(panel, "about", page, gone.signal, {
    shown() {
      close.focus()
      if (state.asked) return
      state.asked = true
      summary.textContent = "Looking at some files of the corpus …"
      model.send_msg({ type: "look" })
    },
  })
  keepKeys(panel, () => setOpen(false))

  const line = (check) =>
    element(
      "li",
      { class: check.state },
      element("b", { class: "sign", "aria-hidden": "true" }, SIGNS[check.state]),
      element(
        "div",
        {},
        element("b", {}, check.subject),
        element("span", { class: "word" }, WORDS[check.state]),
        element("p", {}, check.found),
        element("p", { class: "hint" }, `Assumed: ${check.assumed}. ${check.follows ? `So: ${check.follows}.` : ""}`),
        check.todo ? element("p", { class: "todo" }, `To do: ${check.todo}.`) : null,
      ),
    )
  listen(model, {
    toggle() {
      setOpen(panel.hidden)
    },
    diagnosis(data) {
      state.told = {
        facts: Object.fromEntries(data.facts),
        healthy: data.healthy,
        checks: data.checks,
        noticed: data.notes,
      }
      save.disabled = false
      facts.replaceChildren(...data.facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]))
      const worst = data.checks.filter((check) => check.state === "wrong" || check.state === "missing").length
      summary.textContent =
        `${data.files} files of ${data.samples} samples were looked at: ` +
        (data.healthy
          ? "nothing would be shown wrongly or be missing."
          : `${worst} ${worst === 1 ? "thing" : "things"} would be wrong or missing.`)
      summary.className = data.healthy ? "summary" : "summary bad"
      const order = ["wrong", "missing", "told", "ok"]
      list.replaceChildren(
        ...[...data.checks].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).map(line),
      )
      notesHead.hidden = notes.hidden = !data.notes.length
      notes.replaceChildren(...data.notes.map((text) => element("li", {}, text)))
      mark("about", {})
    },
    failed() {
      state.asked = false
      summary.textContent = "The files could not be looked at; open this again to try once more."
    },
  })
  notesHead.hidden = notes.hidden = true
  model.on("remove", () => gone.abort())
  model.send_msg({ type: "ready" })
}
