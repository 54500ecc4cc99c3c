// The head of the page: what is shown, a way to go elsewhere, and what has to be said.

import { element, isOurKey, mark } from "../../browser/shared.js"
import { bus, listen } from "../common/talking.js"
import { makeSearchField } from "./search_field.js"

/** @param {import("../messages").Drawn<"Head">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const swatch = element("i"),
    id = element("code"),
    text = element("span", { class: "class" }),
    place = element("span", { class: "place" })
  const sample = element("div", { class: "sample" }, swatch, id, text, place)
  const search = makeSearchField(model)
  const form = element("form", { role: "search" }, search.box, element("button", { type: "submit" }, "Go"))
  const button = (text, title, onclick, extra = {}) =>
    element("button", { type: "button", title, onclick, ...extra }, text)
  // Side by side where there is room, else behind one button.
  const actions = element(
    "div",
    { class: "actions", id: "head-actions" },
    button("Surprise me", "Any sample, by chance", () => model.send_msg({ type: "random" })),
    button("Stories", "Play a story, present this view, or put a story together", () =>
      model.send_msg({ type: "stories" }),
    ),
    button("Share", "A link to this view, files to take away, and the same in Python", () =>
      model.send_msg({ type: "share" }),
    ),
    button("Review", "Review labels: a queue, a verdict on each", () => model.send_msg({ type: "review" })),
    button(
      "About",
      "About this corpus: what is assumed of it, and what its files say",
      () => model.send_msg({ type: "about" }),
      { "aria-label": "About this corpus" },
    ),
    button("Help", "Keys, what the marks mean, words, citation (?)", () => page.emit("help"), {
      "aria-keyshortcuts": "?",
    }),
  )
  const logOut = element("a", { href: "logout", hidden: true })
  actions.append(logOut)
  const more = button("Menu", "Surprise me, stories, share, review, about, help", () => setMenu(!isOpen()), {
    class: "more",
    "aria-expanded": "false",
    "aria-controls": "head-actions",
  })
  const isOpen = () => more.getAttribute("aria-expanded") === "true"
  const setMenu = (open) => {
    more.setAttribute("aria-expanded", String(open))
    actions.classList.toggle("open", open)
  }
  // What is chosen of it opens a drawer, whose focus comes back here: the button that was pressed is gone by then.
  actions.addEventListener(
    "click",
    () => {
      if (!isOpen()) return
      setMenu(false)
      more.focus({ preventScroll: true })
    },
    { capture: true },
  )
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    search.go()
  })
  const words = element("span")
  const notice = element(
    "div",
    { class: "notice", role: "alert", hidden: true },
    words,
    element(
      "button",
      {
        type: "button",
        onclick: () => {
          notice.hidden = true
        },
      },
      "Dismiss",
    ),
  )
  el.append(
    element(
      "header",
      {},
      element("h1", {}, "RapidAI4EO", element("span", {}, " explorer"), element("small", {}, model.corpus)),
      sample,
      form,
      more,
      actions,
    ),
    notice,
  )
  const gone = new AbortController()
  listen(model, {
    suggestions: search.suggestions,
    counted: search.counted,
    forgotten: search.forget,
    searched(data) {
      search.say(data.text)
      mark("searched", { text: data.text })
    },
    sample(data) {
      id.textContent = data.id ?? ""
      text.textContent = text.title = data.text
      place.textContent = place.title = data.place
      swatch.style.background = data.colour ?? "transparent"
      // In a notebook, or on somebody else's page, the title is theirs.
      if (document.getElementById("first"))
        document.title = [data.id, "RapidAI4EO explorer"].filter(Boolean).join(" · ")
    },
    visitor(data) {
      logOut.hidden = false
      logOut.replaceChildren("Log out", element("span", {}, ` ${data.name}`))
      logOut.title = `You are logged in as ${data.name}`
    },
    // The URL is the selection written down: a new sample is a new page of the history, the rest amends it.
    url(data) {
      if (window.location.search === data.search) return
      window.history[data.push ? "pushState" : "replaceState"](
        {},
        "",
        window.location.pathname + data.search + window.location.hash,
      )
    },
    notice(data) {
      words.textContent = data.text
      notice.hidden = !data.text
    },
  })
  // The panels' headings are plain HTML: their buttons are heard here. Escape gives all panels back.
  const enlarged = (event) => {
    const node = event.composedPath().find((part) => part.dataset?.panel)
    if (node) model.send_msg({ type: "panel", name: node.dataset.panel })
  }
  const escaped = (event) => {
    if (event.key === "Escape" && isOurKey(event, el) && window.location.search.includes("panel="))
      model.send_msg({ type: "panel", name: "" })
  }
  // Of buttons of which one is chosen, arrows choose the next, as with radio buttons everywhere.
  const radios = (event) => {
    const node = event.composedPath()[0],
      by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
    if (!by || node.getAttribute?.("role") !== "radio" || !isOurKey(event, el)) return
    const all = [...node.parentElement.children],
      next = all[(all.indexOf(node) + by + all.length) % all.length]
    next.focus()
    next.click()
    event.preventDefault()
    event.stopPropagation()
  }
  const { signal } = gone
  window.addEventListener(
    "pointerdown",
    (event) => event.composedPath().includes(more) || event.composedPath().includes(actions) || setMenu(false),
    { signal, capture: true },
  )
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !isOpen()) return
      setMenu(false)
      more.focus()
      event.preventDefault()
      event.stopPropagation()
    },
    { signal, capture: true },
  )
  window.addEventListener("click", enlarged, { signal })
  window.addEventListener("keydown", escaped, { signal })
  window.addEventListener("keydown", radios, { signal, capture: true })
  window.addEventListener("popstate", () => model.send_msg({ type: "link", search: window.location.search }), {
    signal,
  })
  model.on("remove", () => {
    gone.abort()
    search.stop()
  })
  model.send_msg({ type: "ready" })
}
