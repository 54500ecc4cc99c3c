// Presenting: one view full screen, or a story of several, with notes, a timer and a window for the presenter;
// and the drawer where stories are put together. The server keeps the story and applies its states.

import {
  choice,
  element,
  isOurKey,
  isWriting,
  keepFocus,
  letterOf,
  makeDrawer,
  makeReturn,
  mark,
  numberInput,
  saveFile,
} from "../../browser/shared.js"
import { bus, listen } from "../common/talking.js"

/** @param {import("../messages").Drawn<"Presenter">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const SPEEDS = [1, 2, 5, 10, 15, 25, 30] // dates a second, as the animation's
  const CALENDAR = ["2018-01-03", "2019-12-29"] // its ends
  const PLACE = "rapidai4eo-story" // where this browser keeps the story that is being put together
  const STAGE = 2200 // ms of each stage of the camera tour, its flight included
  const HOLD = 3000 // ms that a state's own date stays before the animation runs
  const still = window.matchMedia("(prefers-reduced-motion: reduce)")
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text)
  const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`
  const state = {
    on: false,
    story: /** @type {import("../messages").StoryPlayed | null} */ (null),
    at: 0,
    since: 0,
    begun: 0,
    timed: !still.matches,
    own: /** @type {import("../messages").Told["Presenter"]["own"] | null} */ (null),
    shipped: [],
    editing: -1,
  }

  // --- what the room sees -----------------------------------------------------------------------------------------
  const title = element("h1"),
    note = element("div", { class: "note" }),
    dots = element("div", { class: "dots", "aria-hidden": "true" })
  const count = element("span", { class: "count" })
  const words = element(
    "article",
    { class: "words", hidden: true, "aria-live": "polite" },
    title,
    note,
    element("div", { class: "line progress" }, dots, count),
  )
  // What a view that holds can be done with.
  const held = element(
    "p",
    { class: "held", hidden: true },
    element("kbd", {}, ","),
    " ",
    element("kbd", {}, "."),
    " step through the dates",
  )
  note.after(held)
  const credit = element("footer", { class: "credit", hidden: true })
  const veil = element("div", { class: "veil", onanimationend: () => veil.classList.remove("lift") })

  // --- the drawer --------------------------------------------------------------------------------------------------
  const trouble = element("p", { class: "trouble", role: "alert" })
  const list = element("div", { class: "stories" }),
    own = element("ol", { class: "own", "aria-label": "Views of my story" })
  const name = element("input", {
    class: "title",
    maxlength: 200,
    "aria-label": "Title of my story",
    placeholder: "Title of my story",
  })
  name.addEventListener("change", () => model.send_msg({ type: "rename", title: name.value }))
  const file = element("input", { type: "file", accept: ".yaml,.yml", hidden: true, "aria-label": "Story file" })
  file.addEventListener("change", async () => {
    const chosen = file.files[0]
    file.value = ""
    if (!chosen) return
    if (chosen.size > 262144) {
      trouble.textContent = `${chosen.name} has more than 256 KB, far more than a story.`
      return
    }
    model.send_msg({ type: "load", text: await chosen.text(), name: chosen.name.slice(0, 80) })
  })
  const playOwn = button("Play", () => begin({ own: true }), { class: "main" })
  const saveOwn = button("Save as YAML", () =>
    saveFile("story.yaml", new Blob([state.own.yaml], { type: "application/yaml" })),
  )
  // Before and after: two dates of what is shown become views of the story.
  const day = (label) => element("input", { type: "date", min: CALENDAR[0], max: CALENDAR[1], "aria-label": label })
  const before = day("Before"),
    after = day("After")
  const makePair = (swipe) => {
    pair.hidden = true
    model.send_msg({ type: "before_after", before: before.value, after: after.value, swipe })
    openPair.focus()
  }
  const pair = element(
    "div",
    { class: "pair", role: "group", "aria-label": "Before and after", hidden: true },
    element("label", {}, "Before", before),
    element("label", {}, "After", after),
    button("Two views", () => makePair(false), { class: "main" }),
    button("One, swiped", () => makePair(true)),
  )
  const openPair = button(
    "Before / after",
    () => {
      if (pair.hidden) model.send_msg({ type: "pair" })
      else pair.hidden = true
    },
    { title: "Two dates of this view become views of the story: those compared, or marked on the timeline" },
  )
  const drawer = element(
    "section",
    { class: "drawer", role: "dialog", "aria-label": "Stories", hidden: true },
    element(
      "header",
      {},
      element("h2", {}, "Stories"),
      button("×", () => setDrawer(false), { class: "close", "aria-label": "Close the stories" }),
    ),
    element(
      "div",
      { class: "line" },
      button(
        "Present this view",
        () => {
          setDrawer(false)
          begin({})
        },
        { class: "main", title: "Full screen, without controls (F)" },
      ),
      element("span", { class: "hint" }, element("kbd", {}, "F")),
      button(
        "Fly there",
        () => {
          setDrawer(false)
          fly()
        },
        { title: "From Europe to the pinned pixel, full screen (E while presenting)" },
      ),
    ),
    list,
    element("h3", {}, "My story"),
    name,
    own,
    element(
      "div",
      { class: "line make" },
      button("Add this view", () => model.send_msg({ type: "collect" }), {
        title: "All that is seen now. It holds at its date, or plays where the animation plays",
      }),
      openPair,
      playOwn,
      saveOwn,
      button("Open a file", () => file.click()),
      file,
    ),
    pair,
    trouble,
  )
  el.append(veil, words, credit, drawer)

  const left = makeReturn(words)
  const setDrawer = makeDrawer(drawer, "stories", page, gone.signal, {
    shown: () => drawer.querySelector("button.main").focus(),
  })
  // How a view of the story moves: it holds at its date, or plays a range.
  const MOTIONS = [
    ["hold", "Hold at its date"],
    ["run", "Play from one date to another"],
    ["", "Play all after 3 seconds"],
  ]
  const playbackOf = (/** @type {import("../messages").StatePlayback} */ now, i) => {
    let told = now // with what was changed since, which the server may not have answered yet
    const tell = (change) => {
      told = { ...told, ...change }
      model.send_msg({ type: "playback", index: i, ...told })
    }
    const date = (label, key) => {
      const input = element("input", {
        type: "date",
        min: CALENDAR[0],
        max: CALENDAR[1],
        "aria-label": `${label} of view ${i + 1}`,
      })
      input.value = now[key]
      input.addEventListener("change", () => input.value && tell({ [key]: input.value }))
      return element("label", {}, label, input)
    }
    const loop = element("input", { type: "checkbox", "aria-label": `View ${i + 1} plays round and round` })
    loop.checked = now.loop
    loop.addEventListener("change", () => tell({ loop: loop.checked }))
    const speeds = SPEEDS.map((value) => [String(value), `${value} /s`])
    return element(
      "div",
      { class: "playback" },
      element(
        "label",
        { class: "line" },
        "Dates",
        choice(`Motion of view ${i + 1}`, MOTIONS, now.motion, (motion) => tell({ motion })),
      ),
      now.motion === "run"
        ? element(
            "div",
            { class: "line range" },
            date("From", "first"),
            date("to", "last"),
            choice(`Dates a second of view ${i + 1}`, speeds, String(now.speed), (speed) =>
              tell({ speed: Number(speed) }),
            ),
            element("label", { class: "check" }, loop, "Loop"),
          )
        : null,
    )
  }
  const drawOwn = () => {
    const states = state.own?.states ?? []
    playOwn.disabled = saveOwn.disabled = !states.length
    name.value = state.own?.title ?? ""
    // The answer to one field must not take what is being typed in the next.
    const focused = el.getRootNode().activeElement
    const typed = own.contains(focused) && focused.matches("textarea, input:not([type=checkbox])") ? focused : null
    keepFocus(own, () =>
      own.replaceChildren(
        ...states.map((one, i) => {
          const tell = (field, value) => model.send_msg({ type: "edit", index: i, [field]: value })
          const field = (label, key, tag = "input", extra = {}) => {
            const about = { "aria-label": `${label} of view ${i + 1}`, placeholder: label, ...extra }
            const input = tag === "number" ? numberInput(about) : element(tag, about)
            input.value = one[key] ?? ""
            input.addEventListener("change", () => tell(key, input.value))
            return input
          }
          const open = state.editing === i
          return element(
            "li",
            { class: open ? "open" : "" },
            element(
              "div",
              { class: "line" },
              button(one.title, () => model.send_msg({ type: "show", index: i }), {
                class: "name",
                title: "Show this view",
              }),
              button(
                "✎",
                () => {
                  state.editing = open ? -1 : i
                  drawOwn()
                },
                { "aria-label": `Edit view ${i + 1}`, "aria-expanded": String(open), title: "Title, note, time" },
              ),
              button("↑", () => model.send_msg({ type: "move", index: i, by: -1 }), {
                "aria-label": `Move view ${i + 1} up`,
                disabled: i === 0,
              }),
              button("↓", () => model.send_msg({ type: "move", index: i, by: 1 }), {
                "aria-label": `Move view ${i + 1} down`,
                disabled: i === states.length - 1,
              }),
              button(
                "×",
                () => {
                  state.editing = -1
                  model.send_msg({ type: "remove", index: i })
                },
                { "aria-label": `Remove view ${i + 1}` },
              ),
            ),
            open
              ? element(
                  "div",
                  { class: "fields" },
                  field("Title", "title", "input", { maxlength: 200 }),
                  field("Note, in Markdown, for the room", "note", "textarea", { rows: 3, maxlength: 8000 }),
                  field("Notes for the presenter alone", "presenter", "textarea", { rows: 2, maxlength: 8000 }),
                  playbackOf(one.playback, i),
                  element(
                    "label",
                    { class: "line" },
                    "Seconds",
                    field("seconds", "seconds", "number", { min: 1, max: 3600, step: 0.5 }),
                  ),
                )
              : null,
          )
        }),
      ),
    )
    if (!typed) return
    const again = el.getRootNode().activeElement
    if (again?.getAttribute("aria-label") !== typed.getAttribute("aria-label")) return
    again.value = typed.value
    if (typed.selectionStart != null) again.setSelectionRange(typed.selectionStart, typed.selectionEnd)
  }

  // --- presenting --------------------------------------------------------------------------------------------------
  const begin = (what) => {
    // Only a person's own click or key may take the whole screen.
    document.documentElement.requestFullscreen?.().catch(() => {})
    model.send_msg({ type: "begin", ...what })
  }
  const end = () => {
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {})
    model.send_msg({ type: "end" })
  }
  const liftVeil = () => {
    veil.classList.remove("lift")
    void veil.offsetWidth // begin the fade anew
    veil.classList.add("lift")
  }
  const fly = () => {
    if (!document.fullscreenElement) document.documentElement.requestFullscreen?.().catch(() => {})
    model.send_msg({ type: "fly" })
  }
  page.on("fly-there", fly, gone.signal)
  const go = (by) => {
    if (!state.story) return
    const next = state.at + by
    if (next >= 0 && next < state.story.states.length) model.send_msg({ type: "go", index: next })
  }
  const large = (value) => {
    const doc = window.Bokeh?.documents ?? []
    for (const one of doc.flatMap((d) => [...(d._all_models?.values() ?? [])])) {
      if (!one.type.endsWith("Axis")) continue
      one.setv(
        {
          major_label_text_font_size: one.major_label_text_font_size === "0px" ? "0px" : value ? "17px" : "12px",
          axis_label_text_font_size: value ? "18px" : "12px",
        },
        { sync: false },
      )
    }
  }
  let timer = 0,
    runner = 0,
    toNext = 0
  const arm = () => {
    clearInterval(timer)
    clearTimeout(runner)
    if (!state.on) return
    timer = setInterval(tick, 250)
    // The animation runs by itself, once the room has seen the date that the state is about; a state may say otherwise.
    if (state.story?.states[state.at].motion) return
    runner = setTimeout(() => {
      if (state.on && !still.matches && state.story) page.emit("run", true)
    }, HOLD)
  }
  const tick = () => {
    const now = performance.now(),
      seconds = state.story?.states[state.at]?.seconds
    const share = state.story && state.timed && seconds ? Math.min(1, (now - state.since) / (1000 * seconds)) : 0
    dots.children[state.at]?.style.setProperty("--share", String(share))
    if (share >= 1 && state.at < state.story.states.length - 1) {
      state.since = now
      go(1)
    }
    drawPresenter(now)
  }

  // --- the presenter's own window -----------------------------------------------------------------------------------
  let beside = null
  const openPresenter = () => {
    beside = window.open("", "rapidai4eo-presenter", "popup,width=760,height=560")
    if (!beside) {
      count.textContent = "The browser did not allow the presenter's window."
      return
    }
    const doc = beside.document
    doc.title = "Presenter · RapidAI4EO explorer"
    doc.body.replaceChildren()
    const style = doc.createElement("style")
    style.textContent =
      "body{font:18px/1.45 system-ui,sans-serif;margin:22px;color:#17262e;background:#fff}h1{font-size:24px;margin:.2em 0}time{font-size:34px;font-variant-numeric:tabular-nums}small{color:#5a6a74}section{margin:14px 0;padding:12px 16px;background:#eef2f4;border-radius:8px}button{font:inherit;padding:6px 18px}"
    doc.head.replaceChildren(style)
    beside.parts = Object.fromEntries(
      [
        ["time", "time"],
        ["title", "h1"],
        ["note", "section"],
        ["next", "p"],
      ].map(([key, tag]) => [key, doc.body.appendChild(doc.createElement(tag))]),
    )
    for (const [text, by] of [
      ["‹ Back", -1],
      ["Next ›", 1],
    ]) {
      const node = doc.body.appendChild(doc.createElement("button"))
      node.textContent = text
      node.addEventListener("click", () => go(by))
    }
    beside.addEventListener("keydown", keyed)
    drawPresenter(performance.now(), true)
  }
  let drawn = -1
  const drawPresenter = (now, anew = false) => {
    if (!beside || beside.closed || !state.story) return
    const { parts } = beside
    const here = state.story.states[state.at],
      next = state.story.states[state.at + 1]
    parts.time.textContent =
      `${clock(now - state.begun)}   ${state.at + 1} / ${state.story.states.length}` +
      (here.seconds
        ? `   ${clock(Math.max(0, 1000 * here.seconds - (now - state.since)))} left${state.timed ? "" : " (held)"}`
        : "")
    if (drawn === state.at && !anew) return
    drawn = state.at
    parts.title.textContent = here.title
    parts.note.innerHTML = here.presenter_html || "<small>No notes for this view.</small>" // made by the server from Markdown, without HTML of its author
    parts.next.textContent = next ? `Next: ${next.title}` : "This is the last view."
  }

  // --- keys ------------------------------------------------------------------------------------------------------
  const stepDate = (key) => {
    clearTimeout(runner) // who steps does not want it to run
    page.emit("key", { key })
  }
  const keyed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    const node = event.composedPath()[0],
      ours = event.currentTarget !== window // the presenter's own window
    const whole = state.on && document.fullscreenElement && node === document.body // in a notebook too
    if (!ours && !whole && !isOurKey(event, el)) return
    if (event.key === "Escape" && !drawer.hidden && drawer.contains(node)) {
      setDrawer(false)
      event.preventDefault()
      return
    }
    if (isWriting(event)) return
    const letter = letterOf(event)
    if (!state.on) {
      if (letter === "f" && !event.repeat) {
        begin({})
        event.preventDefault()
      }
      return
    }
    const inside = node?.closest?.("[role=slider]")
    const act = {
      Escape: end,
      f: end,
      e: state.story ? null : fly,
      PageDown: () => go(1),
      Enter: () => go(1),
      n: () => go(1),
      PageUp: () => go(-1),
      Backspace: () => go(-1),
      b: () => go(-1),
      ArrowRight: inside ? null : () => (state.story ? go(1) : page.emit("key", { key: "ArrowRight" })),
      ArrowLeft: inside ? null : () => (state.story ? go(-1) : page.emit("key", { key: "ArrowLeft" })),
      " ": () => page.emit("key", { key: " " }),
      ",": () => stepDate("ArrowLeft"),
      ".": () => stepDate("ArrowRight"),
      t: () => {
        state.timed = !state.timed
        state.since = performance.now()
      },
      s: openPresenter,
      Home: state.story ? () => model.send_msg({ type: "go", index: 0 }) : null,
    }[letter]
    if (act) {
      act()
      event.preventDefault()
      event.stopPropagation()
    }
  }
  window.addEventListener("keydown", keyed, { signal: gone.signal, capture: true })
  // The browser's own way out of the full screen ends the presentation too.
  document.addEventListener(
    "fullscreenchange",
    () => {
      if (!document.fullscreenElement && state.on && state.full) model.send_msg({ type: "end" })
      state.full = Boolean(document.fullscreenElement)
    },
    { signal: gone.signal },
  )
  words.addEventListener("click", (event) => {
    if (state.story && event.target.tagName !== "A") go(1)
  })

  // --- what the server tells ------------------------------------------------------------------------------------------
  listen(model, {
    shipped(data) {
      list.replaceChildren(
        ...data.stories.map((story) =>
          element(
            "div",
            { class: "story" },
            element("div", {}, element("b", {}, story.title), element("small", {}, ` ${story.count} views`)),
            button(
              "Play",
              () => {
                setDrawer(false)
                begin({ story: story.name })
              },
              { "aria-label": `Play ${story.title}` },
            ),
          ),
        ),
      )
    },
    drawer() {
      setDrawer(drawer.hidden)
    },
    own(data) {
      state.own = data
      trouble.textContent = ""
      try {
        localStorage.setItem(PLACE, data.yaml)
      } catch {
        /* a private window forgets */
      }
      drawOwn()
      mark("story-kept", { count: data.states.length })
    },
    pair(data) {
      before.value = data.before
      after.value = data.after
      pair.hidden = false
      pair.querySelector("button").focus()
    },
    trouble(data) {
      setDrawer(true)
      trouble.textContent = data.text
    },
    on(data) {
      const fresh = !state.on
      Object.assign(state, { on: true, story: data.story, at: 0 })
      setDrawer(false)
      if (fresh) {
        state.begun = performance.now()
        large(true)
        left.opened()
      }
      credit.hidden = false
      credit.replaceChildren(element("b", {}, "RapidAI4EO explorer"), element("span", {}, data.credit))
      words.hidden = false
      words.classList.toggle("alone", !data.story)
      title.textContent = note.textContent = count.textContent = ""
      dots.replaceChildren(...(data.story?.states ?? []).map(() => element("i")))
      if (!data.story) mark("presenting", {})
    },
    stage(data) {
      clearTimeout(toNext)
      title.textContent = data.title
      if (data.index >= 3 && !still.matches) liftVeil() // from the map to the picture, and nearer
      if (data.index + 1 < data.count)
        toNext = setTimeout(() => model.send_msg({ type: "stage", index: data.index + 1 }), STAGE)
      mark("tour-at", { index: data.index })
    },
    titled(data) {
      title.textContent = data.title
    },
    at(data) {
      const here = state.story.states[data.index]
      state.at = data.index
      state.since = performance.now()
      title.textContent = here.title
      held.hidden = here.motion !== "hold"
      note.innerHTML = here.html // made by the server from Markdown, without HTML of its author
      ;[...dots.children].forEach((dot, i) => {
        dot.className = i < data.index ? "past" : i === data.index ? "now" : ""
        dot.style.setProperty("--share", "0")
      })
      count.textContent = `${data.index + 1} / ${state.story.states.length}`
      if (!still.matches) liftVeil()
      arm()
      large(true)
      mark("story-at", { index: data.index })
    },
    off() {
      clearTimeout(toNext)
      clearInterval(timer)
      clearTimeout(runner)
      Object.assign(state, { on: false, story: null })
      words.hidden = credit.hidden = true
      page.emit("run", false)
      large(false)
      if (beside && !beside.closed) beside.close()
      left.closed()
    },
  })
  model.on("remove", () => {
    gone.abort()
    clearTimeout(toNext)
    clearInterval(timer)
    clearTimeout(runner)
  })
  let kept = ""
  try {
    kept = localStorage.getItem(PLACE) ?? ""
  } catch {
    /* none */
  }
  model.send_msg({ type: "ready", own: kept.slice(0, 262144) })
  drawOwn()
}
