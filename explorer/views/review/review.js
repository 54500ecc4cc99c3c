// Label review: a queue, one verdict after another with the keyboard alone. What is shown comes from the server; what is
// being written (classes, confidence, comment) lives here, and in this browser, until it is kept.

import {
  composes,
  element,
  focusedNode,
  inDocument,
  isOurKey,
  isWriting,
  letterOf,
  longDate,
  MONTHS,
  makeReturn,
  mark,
  numberInput,
  saveFile,
} from "../../browser/shared.js"
import { bus, listen } from "../common/talking.js"
import { makeClassField } from "./class_search.js"
import { makeClosing } from "./review_closing.js"
import { makeReviewForm } from "./review_form.js"
import { makeKept } from "./review_kept.js"

/** @param {import("../messages").Drawn<"ReviewPanel">} panel */
export function render({ model, el }) {
  const gone = new AbortController()
  const page = bus(model),
    kept = makeKept()
  const SETTLE = 1000 // ms of a sample in which nothing is judged: a second press was meant for the one before
  const LOOK = 3000 // ms; how often others' verdicts are looked for
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text)
  const key = (letter) => element("kbd", {}, letter)
  const percent = (fraction) => `${(100 * fraction).toFixed(1).replace(/\.0$/, "")}`
  const send = (/** @type {import("../messages").Said["ReviewPanel"]} */ message) => model.send_msg(message)

  let classes = []
  let work = /** @type {import("../messages").Told["ReviewPanel"]["work"] | null} */ (null) // the sample under review, as the server told it
  let rows = [] // classes of the label and what is said of each: { code, title, colour, given, added, action, fraction, typed }
  let confidence = null,
    sending = null,
    refused = null,
    asking = false,
    revealed = false
  let shownAt = 0,
    moved = false,
    begun = "", // when this sample came, whether a gesture brought it, how what is written began
    sentAs = "", // what was written when its verdict was sent
    wroteOn = "" // what to say of what was written while it was being saved

  const form = makeReviewForm({ kept, send })
  const closing = makeClosing({
    begin: (resume, kind) => {
      closing.hide()
      form.again({ resume, ...(kind ? { kind } : {}), reviewer: work.reviewer, blind: Boolean(work.blind && !kind) })
    },
    back: () => {
      closing.hide()
      desk.hidden = false
      focusReview()
    },
    report: () => showReport(),
  })

  // --- one sample -------------------------------------------------------------------------------------------------
  const title = element("b", { class: "queue" }),
    who = element("span", { class: "who" }),
    at = element("input", {
      class: "at",
      inputmode: "numeric",
      "aria-label": "Position in the queue: type a number and press Enter",
    })
  const of = element("span"),
    done = element("span", { class: "done" }),
    bar = element("i")
  const go = (/** @type {import("../messages").Said["ReviewPanel"]} */ message) => {
    moved = true
    send(message)
  }
  const back = button("‹ Back", () => go({ type: "step", by: -1 }), {
    title: "The one before (B)",
    "aria-keyshortcuts": "B",
  })
  const skip = button("Skip ›", () => go({ type: "step", by: 1 }), {
    title: "The next one, without a verdict (S)",
    "aria-keyshortcuts": "S",
  })
  const open = button("Next open", () => go({ type: "open" }), {
    title: "The next one that has no verdict of yours (N)",
    "aria-keyshortcuts": "N",
  })
  const undo = button(
    "Undo",
    () => {
      if (!fresh()) go({ type: "undo" })
    },
    { title: "Take back the last verdict of this tab (Z)", "aria-keyshortcuts": "Z" },
  )
  const list = element("div", { class: "classes", role: "group", "aria-label": "Classes of the label" })
  const sum = element("span", { class: "sum" })
  const add = makeClassField({
    label: "Add a class by name or code",
    classes: () => classes,
    act: (one) => named(one),
    none: (text, found) => unnamed(text, found),
  })
  const instead = element("div", { class: "instead", role: "group", tabindex: "-1", hidden: true })
  const evidence = element("div", { class: "evidence" })
  const stars = element(
    "div",
    { class: "confidence", role: "radiogroup", "aria-label": "Confidence" },
    ...[1, 2, 3, 4, 5].map((n) =>
      button(String(n), () => setConfidence(n), {
        role: "radio",
        "aria-checked": "false",
        title: `${["a guess", "rather unsure", "fair", "sure", "certain"][n - 1]} (${n})`,
      }),
    ),
  )
  const comment = element("textarea", {
    rows: 1,
    maxlength: 4000,
    placeholder: "Comment (M)",
    "aria-label": "Comment",
    "data-kept": true,
    oninput: () => keep(),
  })
  const verdicts = { correct: ["Correct", "C"], wrong: ["Wrong", "W"], unsure: ["Unsure", "U"] }
  const judge = Object.fromEntries(
    Object.entries(verdicts).map(([id, [text, letter]]) => {
      const node = button("", () => say(id), { class: id, "aria-pressed": "false" })
      node.append(text, " ", key(letter))
      return [id, node]
    }),
  )
  const own = button("Save my classes ", () => say("seen"), { class: "main seen" })
  own.append(key("⏎"))
  const rejudge = button("Judge once more", () => send({ type: "rejudge" }), {
    title: "Another verdict on this sample, now that its label is known: it will not count as blind",
    hidden: true,
  })
  const told = element("p", { class: "told", role: "status" })
  const mine = element("p", { class: "mine" }),
    others = element("div", { class: "others" })
  const strip = element("div", {
    class: "strip",
    role: "group",
    "aria-label": "The sample through two years; a picture shows its date",
  })
  const around = element("div", { class: "around" })
  const chips = element("div", { class: "chips", role: "group", "aria-label": "What the classes look like close by" })
  const files = element(
    "div",
    { class: "files" },
    button("Accuracy report", () => showReport(), {
      class: "link",
      title: "How good the labels are, with intervals; areas; agreement; what to review yet",
    }),
    " · ",
    button("What was found", () => send({ type: "closing" }), {
      class: "link",
      title: "What this review has found so far, what is left, what could be next",
    }),
    " · ",
    button("Gallery", () => send({ type: "gallery" }), {
      class: "link",
      title: "The samples of this queue as pictures",
    }),
    " · verdicts as ",
    ...[
      ["csv", "CSV"],
      ["geojson", "GeoJSON"],
      ["parquet", "GeoParquet"],
      ["json", "STAC"],
    ].flatMap(([format, text]) => [
      button(text, () => send({ type: "save", format }), { class: "link", title: `Download all verdicts as ${text}` }),
      " ",
    ]),
  )
  const level = element("select", { "aria-label": "Classes of the report" })
  const all = element("input", { type: "checkbox" }),
    onlyBlind = element("input", { type: "checkbox" })
  const frame = element("iframe", { title: "Accuracy report", sandbox: "" }) // it holds people's words: nothing in it may run
  const sheet = element(
    "div",
    { class: "sheet", role: "dialog", "aria-label": "Accuracy report", hidden: true },
    element(
      "div",
      { class: "line" },
      element("b", {}, "Accuracy report"),
      level,
      element("label", { class: "check" }, all, "with samples that were chosen, not drawn"),
      element("label", { class: "check" }, onlyBlind, "only of those who did not see the label"),
      button("Download", () => showReport(true), { class: "main" }),
      button("×", () => closeReport(), { class: "close", "aria-label": "Close the report" }),
    ),
    frame,
  )
  const fromReport = makeReturn(sheet)
  const closeReport = () => {
    fromReport.closed()
    sheet.hidden = true
  }
  let taking = false
  const showReport = (take = false) => {
    taking = take
    send({ type: "report", classes: level.value, all: all.checked, blind: onlyBlind.checked })
  }
  for (const input of [level, all, onlyBlind]) input.addEventListener("change", () => showReport())
  sheet.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      closeReport()
      event.preventDefault()
    }
  })
  const help = button("?", () => setHelp(keys.hidden), { title: "Keys (?)", "aria-label": "Keys", class: "help" })
  const close = button("×", () => send({ type: "close" }), {
    title: "End the review",
    "aria-label": "End the review",
    class: "close",
  })
  const KEYS = [
    ["C", "label is correct"],
    ["W", "wrong: then type the right class, choose it with ↓ and Enter"],
    ["U", "unsure"],
    ["⏎", "blind: save the classes that you see"],
    ["1 – 5", "confidence"],
    ["A", "add a class"],
    ["↑ ↓", "from class to class"],
    ["Y / X", "accept / reject the class"],
    ["M", "comment; Esc leaves it"],
    ["S / B", "skip / back"],
    ["N", "next without my verdict"],
    ["G", "go to a position"],
    ["Z", "undo the last verdict of this tab"],
    ["Space", "play the animation"],
    ["← →", "step through its dates"],
    ["?", "these keys"],
  ]
  const keys = element(
    "div",
    { class: "keys", role: "dialog", "aria-label": "Keys of the review", hidden: true, tabindex: "-1" },
    element("h3", {}, "Keys"),
    element("dl", {}, ...KEYS.flatMap(([letter, text]) => [element("dt", {}, key(letter)), element("dd", {}, text)])),
    button("Close", () => setHelp(false)),
  )
  const desk = element(
    "div",
    { class: "desk" },
    element("div", { class: "line" }, title, who, done, help, close),
    element("div", { class: "bar", role: "progressbar", "aria-label": "Reviewed", "aria-valuemin": "0" }, bar),
    element("div", { class: "line" }, back, element("span", { class: "place" }, at, of), skip, open, undo),
    // What judges stands above what grows: it never moves.
    element("div", { class: "verdicts" }, ...Object.values(judge), own),
    told,
    element("div", { class: "line add" }, add.box, sum),
    instead,
    list,
    element("div", { class: "line" }, element("span", { class: "caption" }, "Confidence"), stars, comment),
    mine,
    rejudge,
    others,
    evidence,
    strip,
    element("div", { class: "near" }, chips, around),
    files,
  )
  const root = element(
    "div",
    { class: "review", role: "group", "aria-label": "Review", tabindex: "-1" },
    form.form,
    desk,
    closing.page,
    keys,
    sheet,
  )
  el.append(root)
  form.form.hidden = desk.hidden = true

  const fromHelp = makeReturn(keys),
    fromReview = makeReturn(root)
  const focusReview = () => root.focus({ preventScroll: true })
  const hasFocus = () => {
    const node = focusedNode()
    return !node || node === document.body || root.contains(node)
  }
  const setHelp = (value) => {
    if (keys.hidden === !value) return
    if (value) fromHelp.opened()
    else fromHelp.closed()
    keys.hidden = !value
    if (value) keys.focus({ preventScroll: true })
  }
  const setConfidence = (value) => {
    confidence = confidence === value ? null : value
    ;[...stars.children].forEach((node, i) => {
      node.setAttribute("aria-checked", String(i + 1 === confidence))
      node.classList.toggle("on", confidence !== null && i + 1 <= confidence)
    })
    keep()
  }

  // --- classes ----------------------------------------------------------------------------------------------------
  // What the sample would be with what was said: rejected classes are gone, set ones as said.
  const meant = (row) => (row.action === "reject" ? 0 : (row.fraction ?? row.given ?? 0))
  const total = () => rows.reduce((all, row) => all + meant(row), 0)
  const labelled = () => rows.filter((row) => row.given !== null)
  const tooMuch = () =>
    rows.some((row) => ["add", "set"].includes(row.action)) &&
    total() >
      Math.max(
        1,
        labelled().reduce((all, row) => all + row.given, 0),
      ) +
        0.015
  const drawRows = (focus = -1) => {
    list.replaceChildren(
      ...rows.map((row, i) => {
        const swatch = element("i"),
          share = numberInput({
            class: "share",
            min: 0,
            max: 100,
            step: 5,
            value: percent(meant(row)),
            "aria-label": `Fraction of ${row.title} in percent`,
          })
        swatch.style.background = row.colour
        share.disabled = row.action === "reject"
        share.addEventListener("change", () => {
          if (share.value === "") {
            share.value = percent(meant(row))
            return
          }
          Object.assign(row, { fraction: Number(share.value) / 100, action: row.added ? "add" : "set", typed: true })
          shareOut()
          drawRows()
        })
        const set = (action) => {
          if (row.added) rows = rows.filter((other) => other !== row)
          else {
            row.action = row.action === action ? "" : action
            row.fraction = null
          }
          shareOut()
          drawRows(Math.min(i, rows.length - 1))
        }
        const line = element(
          "div",
          {
            class: `class ${row.action}`,
            tabindex: i === Math.max(focus, 0) ? "0" : "-1",
            role: "group",
            "aria-label": `${row.code} ${row.title}, ${percent(meant(row))} percent${row.action ? `, ${row.action}` : ""}`,
          },
          swatch,
          element("span", { class: "name", title: row.title }, element("b", {}, String(row.code)), ` ${row.title}`),
          element(
            "span",
            { class: "given", title: "in the label" },
            row.given === null ? "new" : `${percent(row.given)} %`,
          ),
          share,
          "%",
          row.added
            ? null
            : button("✓", () => set("accept"), {
                class: "yes",
                "aria-pressed": String(row.action === "accept"),
                "aria-label": `Accept ${row.title}`,
                title: "Accept (Y)",
              }),
          button("✗", () => set("reject"), {
            class: "no",
            "aria-pressed": String(row.action === "reject"),
            "aria-label": `${row.added ? "Remove" : "Reject"} ${row.title}`,
            title: row.added ? "Remove (X)" : "Reject (X)",
          }),
        )
        line.addEventListener("keydown", (event) => {
          if (
            event.target !== line ||
            event.ctrlKey ||
            event.metaKey ||
            event.altKey ||
            (event.repeat && !event.key.startsWith("Arrow"))
          )
            return
          const act = {
            ArrowDown: () => list.children[i + 1]?.focus(),
            ArrowUp: () => list.children[i - 1]?.focus(),
            y: () => !row.added && set("accept"),
            x: () => set("reject"),
            Enter: () => {
              share.focus()
              share.select()
            },
          }[letterOf(event)]
          if (act) {
            act()
            event.preventDefault()
            event.stopPropagation()
          }
        })
        return line
      }),
    )
    const all = total()
    sum.textContent = rows.length ? `adds up to ${percent(all)} %` : ""
    sum.classList.toggle("odd", rows.length > 0 && Math.abs(all - 1) > 0.015)
    if (focus >= 0) list.children[focus]?.focus()
    keep()
    askChips()
  }
  // Classes that were only named have the rest among them, as long as nobody has typed how much.
  const shareOut = () => {
    const named = rows.filter((row) => row.added && !row.typed),
      rest = 1 - rows.filter((row) => !named.includes(row)).reduce((all, row) => all + meant(row), 0)
    for (const row of named) row.fraction = Math.max(0, Math.round((rest / named.length) * 1e4) / 1e4)
  }
  const addClass = (one) => {
    const there = rows.find((row) => row.code === one.code)
    if (there) {
      there.action = there.added ? "add" : "accept"
      told.textContent = `${one.title} is in the list.`
    } else {
      rows.push({
        code: one.code,
        title: one.title,
        colour: one.colour,
        given: null,
        added: true,
        action: "add",
        fraction: null,
        typed: false,
      })
      shareOut()
      told.textContent =
        meant(rows.at(-1)) > 0
          ? `${one.code} ${one.title} is added with ${percent(meant(rows.at(-1)))} %.`
          : `${one.code} ${one.title} is added with 0 %: the label leaves no room. Say how much it has, and what of the label is not there.`
    }
    drawRows()
  }
  const unnamed = (text, found) => {
    if (text) {
      const first = found
        .slice(0, 3)
        .map(({ one }) => `${one.code} ${one.title}`)
        .join(", ")
      told.textContent = found.length
        ? `Nothing was saved: “${text.slice(0, 40)}” can be ${first}${found.length > 3 ? " …" : ""}. Choose one with ↓ and Enter, or type its code.`
        : `Nothing was saved: no class is called “${text.slice(0, 40)}”. Type a CORINE name or a code such as 311.`
      return
    }
    if (asking) {
      asking = false
      judgeAs("wrong")
    } else if (work?.hidden) say("seen") // a class that was typed is only added: there can be more
  }
  const named = (one) => {
    if (asking) nameWrong(one)
    else addClass(one)
  }
  // "Wrong", and the class that it is: of a label of one class, in its place. Of a mix, only the reviewer knows in place of what.
  const nameWrong = (one) => {
    const parts = labelled()
    if (rows.some((row) => row.action)) {
      addClass(one)
      asking = false
      told.textContent += " W saves."
      return
    }
    if (parts.length < 2) {
      replace(one, parts)
      return
    }
    /** @type {any[]} */
    const options = [
      [`All of the label: ${one.code} ${one.title} 100 %`, () => replace(one, parts)],
      ...parts
        .filter(({ code }) => code !== one.code)
        .slice(0, 6)
        .map((row) => [
          `In place of ${row.code} ${row.title}: ${percent(row.given + (parts.find(({ code }) => code === one.code)?.given ?? 0))} %`,
          () => replace(one, [row]),
        ]),
      [
        "I say how much of each",
        () => {
          hideInstead()
          asking = false
          addClass(one)
          list
            .querySelectorAll(".class")
            .item(rows.findIndex(({ code }) => code === one.code))
            ?.querySelector(".share")
            ?.focus()
        },
      ],
    ]
    instead.setAttribute("aria-label", `${one.code} ${one.title} in place of what?`)
    instead.replaceChildren(
      element("b", {}, `${one.code} ${one.title} in place of what?`),
      ...options.map(([text, act], i) => {
        const node = button("", () => {
          if (!instead.hidden) act()
        })
        node.append(key(String(i + 1)), ` ${text}`)
        return node
      }),
    )
    instead.hidden = false
    told.textContent = "Nothing is saved yet: the label is a mix. Choose by its number."
    instead.focus({ preventScroll: false })
  }
  const hideInstead = () => {
    instead.hidden = true
  }
  const replace = (one, parts) => {
    const share = parts.length === labelled().length ? 1 : parts.reduce((all, row) => all + row.given, 0)
    for (const row of parts) if (row.code !== one.code) row.action = "reject"
    const there = rows.find(({ code }) => code === one.code)
    if (there)
      Object.assign(there, {
        action: "set",
        fraction: Math.min(1, (parts.includes(there) ? 0 : there.given) + share),
        typed: true,
      })
    else
      rows.push({
        code: one.code,
        title: one.title,
        colour: one.colour,
        given: null,
        added: true,
        action: "add",
        fraction: share,
        typed: true,
      })
    asking = false
    hideInstead()
    drawRows()
    judgeAs("wrong")
  }
  instead.addEventListener("keydown", (event) => {
    const node = instead.querySelectorAll("button")[Number(letterOf(event)) - 1]
    if (node && !event.repeat && !event.ctrlKey && !event.metaKey && !event.altKey) {
      node.click()
      event.preventDefault()
      event.stopPropagation()
      return
    }
    if (event.key === "Escape") {
      hideInstead()
      asking = false
      told.textContent = "Nothing was saved."
      focusReview()
      event.preventDefault()
      event.stopPropagation()
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!by) return
    const all = [...instead.querySelectorAll("button")],
      at = all.indexOf(instead.getRootNode().activeElement)
    all[(at + by + all.length) % all.length].focus()
    event.preventDefault()
    event.stopPropagation()
  })

  // --- what is written is kept in this browser ---------------------------------------------------------------------
  const written = () =>
    JSON.stringify({
      rows: rows
        .filter((row) => row.action)
        .map(({ code, added = false, action, fraction, typed = false }) => ({ code, added, action, fraction, typed })),
      confidence,
      comment: comment.value,
    })
  let filling = false
  const keep = () => {
    if (!work || filling) return
    const now = written()
    kept.keepDraft(work.scope, work.sample, now === begun ? null : now)
  }
  const classOf = (code) => classes.find((one) => one.code === code) ?? { code, title: "", colour: "#888" }
  const fill = (said) => {
    for (const one of said.rows) {
      const row = rows.find(({ code }) => code === one.code)
      if (row) Object.assign(row, { action: one.action, fraction: one.fraction, typed: Boolean(one.typed) })
      else if (one.action !== "reject")
        rows.push({
          code: one.code,
          title: classOf(one.code).title,
          colour: classOf(one.code).colour,
          given: null,
          added: true,
          action: "add",
          fraction: one.fraction,
          typed: one.typed !== false,
        })
    }
    confidence = null
    setConfidence(said.confidence)
    comment.value = said.comment
  }
  const labelRows = (/** @type {import("../messages").Told["ReviewPanel"]["work"]} */ data) =>
    (data.labels ?? []).map((label) => ({
      ...label,
      given: label.fraction,
      added: false,
      fraction: null,
      action: "",
      typed: false,
    }))
  const begin = (/** @type {import("../messages").Told["ReviewPanel"]["work"]} */ data) => {
    filling = true
    rows = labelRows(data)
    fill({
      rows: (data.mine?.adjustments ?? [])
        .filter(({ action }) => !data.hidden || action !== "reject")
        .map((one) => ({ ...one, fraction: one.action === "set" || one.action === "add" ? one.fraction : null })),
      confidence: data.mine?.confidence ?? null,
      comment: data.mine?.comment ?? "",
    })
    begun = written()
    let draft = null
    try {
      draft = JSON.parse(kept.draft(data.scope, data.sample))
    } catch {
      /* none */
    }
    if (draft && Array.isArray(draft.rows) && typeof draft.comment === "string") {
      rows = labelRows(data)
      fill({
        rows: draft.rows.filter(
          (one) => Number.isInteger(one?.code) && ["add", "set", "reject", "accept"].includes(one.action),
        ),
        confidence: [1, 2, 3, 4, 5].includes(draft.confidence) ? draft.confidence : null,
        comment: draft.comment.slice(0, 4000),
      })
    }
    filling = false
  }

  // --- the verdict --------------------------------------------------------------------------------------------------
  // A sample that a verdict or a step has just brought: what is pressed now was meant for the one before.
  const fresh = () => {
    if (!moved || performance.now() - shownAt >= SETTLE) return false
    told.textContent = "Not taken: this sample has only just come. Press again."
    return true
  }
  const settle = () => {
    shownAt = performance.now()
    if (!moved) return
    root.dataset.fresh = "true"
    setTimeout(() => {
      if (performance.now() - shownAt >= SETTLE - 5) delete root.dataset.fresh
    }, SETTLE)
  }
  const newId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")
  const adjustments = () =>
    rows
      .filter((row) => row.action)
      .map((row) => ({ code: row.code, action: row.action, fraction: row.action === "reject" ? 0 : meant(row) }))
  const judgeAs = (judgement) => {
    if (!work || sending) return
    if (judgement !== "unsure" && tooMuch()) {
      told.textContent = `Nothing was saved: the fractions add up to ${percent(total())} %. Say how much each class has, or reject what is not there.`
      return
    }
    asking = false
    const said = {
      sample: work.sample,
      judgement,
      adjustments: adjustments(),
      confidence,
      comment: comment.value,
      link: window.location.search.slice(0, 4000),
    }
    const content = JSON.stringify({ ...said, link: "" })
    // Said again after a failure, it is the same verdict: should the first have been kept after all, it is not kept twice.
    sending = refused?.content === content ? refused.id : newId()
    refused = { id: sending, content }
    kept.sent(sending, { id: sending, scope: work.scope, base: work.base, said })
    for (const node of [...Object.values(judge), own]) node.disabled = true
    told.textContent = "Saving …"
    sentAs = written()
    moved = true
    performance.mark("explorer:verdict-sent", { detail: { sample: work.sample, judgement } })
    send({ type: "verdict", id: sending, ...said })
  }
  const say = (judgement) => {
    if (!work || sending || fresh()) return
    if (revealed) {
      if (judgement === "seen") go({ type: "open" })
      return
    }
    if (work.hidden && (judgement === "correct" || judgement === "wrong")) {
      told.textContent = "The label is hidden: say what you see."
      return
    }
    if (judgement === "seen" && !work.hidden) return
    if (judgement === "seen" && !rows.length) {
      told.textContent = "Say what you see: add at least one class."
      add.input.focus()
      return
    }
    if (judgement === "correct" && rows.some((row) => ["reject", "add", "set"].includes(row.action))) {
      told.textContent =
        "Nothing was saved: you have changed the classes, so the label is not correct as it is. W says wrong; take the changes back for C."
      return
    }
    if (
      judgement === "wrong" &&
      !rows.some((row) => row.action === "reject" || row.action === "add" || row.action === "set") &&
      !asking
    ) {
      asking = true
      told.textContent = "Which class is it? Type it, choose with ↓, press Enter. Enter alone: wrong, but unknown what."
      add.input.placeholder = work.suggestion
        ? `the evidence suggests ${work.suggestion}`
        : "name or code of the right class"
      add.input.focus()
      return
    }
    judgeAs(judgement)
  }
  // A verdict whose answer did not come, of this page or of one before: asked for by its id, it is kept once.
  const sendLate = () => {
    if (!work) return
    for (const one of kept.waiting(work.scope)) {
      const { sample, judgement, adjustments, confidence, comment, link } = one.said
      send({
        type: "late",
        id: one.id,
        scope: one.scope,
        base: one.base,
        sample,
        judgement,
        adjustments,
        confidence,
        comment,
        link,
      })
    }
  }

  // --- what the classes look like, close by -------------------------------------------------------------------------
  let asked = "",
    drawnFor = "",
    chipTimer = 0
  const urls = [],
    strips = []
  const picture = (jpeg, into, attributes) => {
    const url = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }))
    into.push(url)
    return element("img", { src: url, ...attributes })
  }
  const svg = (tag, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag)
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
    return node
  }
  const drawStrip = (/** @type {import("../messages").SeasonShown[]} */ pictures) => {
    for (const url of strips.splice(0)) URL.revokeObjectURL(url)
    strip.replaceChildren(
      ...pictures.map(({ index, date, jpeg }) => {
        const [year, month] = date.split("-")
        const node = button("", () => page.emit("seek", { index }), {
          title: `Show ${longDate(date)}`,
          "aria-label": `Show ${longDate(date)}`,
        })
        node.append(
          picture(jpeg, strips, { alt: "" }),
          element("small", {}, `${MONTHS[Number(month) - 1]} ${year.slice(2)}`),
        )
        return node
      }),
    )
  }
  // The samples around, true to scale, with their labels' colours unless they are hidden.
  const drawAround = (/** @type {import("../messages").Around} */ { cells, reach }, /** @type {boolean} */ hidden) => {
    const map = svg("svg", {
      viewBox: `${-reach} ${-reach} ${2 * reach} ${2 * reach}`,
      role: "img",
      "aria-label": `${cells.length} samples around, ${2 * reach} km across`,
    })
    for (const { id, ring, colour, title } of [...cells].reverse()) {
      const here = id === work.sample
      const shape = svg("polygon", {
        points: ring.map((point) => point.join(",")).join(" "),
        class: here ? "here" : "",
        style: colour && !here ? `fill: ${colour}` : "",
      })
      const name = svg("title", {})
      name.textContent = here ? "this sample" : title ? `${id}: ${title}` : id
      shape.append(name)
      map.append(shape)
    }
    map.append(
      svg("circle", { cx: 0, cy: 0, r: 0.9, class: "ring" }),
      svg("path", { d: `M${-reach + 0.8} ${reach - 0.9}h5`, class: "scale" }),
    )
    around.replaceChildren(
      map,
      element(
        "div",
        { class: "line" },
        element("small", {}, `5 km · ${cells.length - 1} around`),
        ...(hidden
          ? []
          : [
              button("Map", () => send({ type: "map" }), {
                class: "link",
                title: "The map of all samples; Esc leads back",
              }),
            ]),
      ),
    )
  }
  const askChips = () => {
    if (!work || desk.hidden) return
    const codes = rows
      .filter((row) => row.action !== "reject")
      .sort((a, b) => meant(b) - meant(a))
      .slice(0, 3)
      .map(({ code }) => code)
    const first = drawnFor !== `${work.sample} ${work.hidden}`
    const wanted = JSON.stringify([work.sample, codes, window.location.search.match(/date=[\d-]+/)?.[0]])
    if (wanted === asked) return
    asked = wanted
    clearTimeout(chipTimer)
    chipTimer = setTimeout(() => {
      if (work) send({ type: "chips", sample: work.sample, codes, first })
    }, 600) // after what the sample itself needs
  }
  const dropChips = () => {
    for (const url of urls.splice(0)) URL.revokeObjectURL(url)
    chips.replaceChildren()
  }
  const dropPictures = () => {
    dropChips()
    drawStrip([])
    around.replaceChildren()
    asked = drawnFor = ""
  }

  // --- keys -----------------------------------------------------------------------------------------------------------
  const shortcuts = {
    c: () => say("correct"),
    w: () => say("wrong"),
    u: () => say("unsure"),
    s: () => skip.click(),
    b: () => back.click(),
    n: () => open.click(),
    z: () => undo.click(),
    a: () => add.input.focus(),
    m: () => comment.focus(),
    g: () => {
      at.focus()
      at.select()
    },
    "?": () => setHelp(keys.hidden),
  }
  for (const n of [1, 2, 3, 4, 5]) shortcuts[n] = () => setConfidence(n)
  window.addEventListener(
    "keydown",
    (event) => {
      if (
        !work ||
        (desk.hidden && closing.page.hidden) ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        !isOurKey(event, el)
      )
        return
      const node = /** @type {Element} */ (event.composedPath()[0]),
        here = node === document.body || node === document.documentElement || root.contains(node)
      const isButton = node?.tagName === "BUTTON"
      if (event.key === "Escape" && !keys.hidden) {
        setHelp(false)
        return
      }
      if (isWriting(event)) {
        if (event.key === "Escape" && root.contains(node)) {
          asking = false
          focusReview()
          event.preventDefault()
        }
        return
      }
      if (event.key === "ArrowDown" && here && !isButton && !desk.hidden && list.firstChild) {
        list.children[0].focus()
        event.preventDefault()
        return
      }
      // Without a pointer the animation's own keys work from here too; held down, they go on.
      if (
        (event.key.startsWith("Arrow") || event.key === " ") &&
        here &&
        !isButton &&
        event.key !== "ArrowUp" &&
        event.key !== "ArrowDown"
      ) {
        if (event.key !== " " || !event.repeat) page.emit("key", { key: event.key })
        event.preventDefault()
        return
      }
      if (desk.hidden && !["z", "b", "s", "n"].includes(letterOf(event))) return
      const act =
        event.key === "Enter" && !isButton && (work.hidden || revealed) ? () => say("seen") : shortcuts[letterOf(event)]
      if (!act) return
      event.preventDefault()
      if (!event.repeat) act() // a key that is held is one gesture
    },
    { signal: gone.signal },
  )
  // Enter or space held on a button would press it again and again.
  root.addEventListener("keydown", (event) => {
    if (event.repeat && (event.key === "Enter" || event.key === " ") && event.target.tagName === "BUTTON")
      event.preventDefault()
  })
  at.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || composes(event)) return
    const position = Number(at.value) - 1
    if (Number.isInteger(position) && position >= 0 && position < (work?.total ?? 0)) {
      focusReview()
      go({ type: "jump", position })
    } else told.textContent = `The queue has places 1 to ${work?.total ?? 0}.`
  })
  at.addEventListener("blur", () => {
    if (work) at.value = String(work.position + 1)
  })
  // JupyterLab takes letters for its own commands (C copies a cell) unless the element that they are pressed in says not to.
  window.addEventListener(
    "keydown",
    (event) => {
      const host = inDocument(el)
      if (host !== el && event.composedPath().includes(host))
        host.toggleAttribute("data-lm-suppress-shortcuts", !(event.ctrlKey || event.metaKey))
    },
    { signal: gone.signal, capture: true },
  )

  // --- what the server tells ---------------------------------------------------------------------------------------------
  const line = (parts) => element("p", {}, ...parts)
  const seenAs = (link) =>
    link?.startsWith("?")
      ? element(
          "a",
          { href: link, target: "_blank", rel: "noopener", title: "Date, pixels and view of this verdict" },
          "as seen",
        )
      : ""
  const drawProgress = (count, all) => {
    done.textContent = `${count.toLocaleString("en")} of ${all.toLocaleString("en")} reviewed`
    bar.style.width = `${all ? (100 * count) / all : 0}%`
    bar.parentElement.setAttribute("aria-valuenow", String(count))
    bar.parentElement.setAttribute("aria-valuemax", String(all))
  }
  const take = (/** @type {import("../messages").Told["ReviewPanel"]["file"]} */ data) => {
    saveFile(data.name, new Blob([data.bytes], { type: data.media }))
    told.textContent = `${data.name} was written.`
  }
  listen(model, {
    setup(data) {
      classes = data.classes
      level.replaceChildren(
        ...data.strata
          .filter(({ value }) => value !== "0")
          .map(({ value, text }) => element("option", { value }, text)),
      )
      if (form.form.hidden && desk.hidden) fromReview.opened()
      desk.hidden = true
      closing.hide()
      work = null
      form.setup(data)
      mark("review-setup", {})
    },
    forecast(data) {
      form.forecast(data)
    },
    trouble(data) {
      form.trouble.textContent = data.text
      told.textContent = data.text
      if (data.id) kept.arrived(data.id)
      finish()
    },
    told(data) {
      told.textContent = data.text
    },
    refused(data) {
      kept.arrived(data.id)
      told.textContent = data.text
      if (data.id === sending) finish()
    },
    progress(data) {
      drawProgress(data.done, data.total)
    },
    closing(data) {
      desk.hidden = true
      closing.show(data, [told.textContent, wroteOn].filter(Boolean).join(" "))
      wroteOn = ""
    },
    work(data) {
      const same = work && work.sample === data.sample && work.scope === data.scope
      const unfolds =
        same && (work.hidden !== data.hidden || work.mine?.id !== data.mine?.id || revealed !== Boolean(data.revealed))
      const first = !work || work.scope !== data.scope
      const held = hasFocus() && !(same && !unfolds)
      work = data
      classes = data.classes ?? classes
      form.form.hidden = true
      if (!same || unfolds) closing.hide()
      desk.hidden = !closing.page.hidden
      title.textContent = data.queue
      title.title = data.queue
      who.textContent = `as ${data.reviewer}`
      who.title = `Your verdicts are kept as ${data.reviewer}'s. To review as somebody else, end this review first.`
      drawProgress(data.done, data.total)
      at.value = String(data.position + 1)
      of.textContent = ` / ${data.total.toLocaleString("en")}`
      back.disabled = data.position <= 0
      skip.disabled = data.position >= data.total - 1
      undo.disabled = !data.undoable
      revealed = Boolean(data.revealed)
      if (!same || unfolds) {
        settle()
        hideInstead()
        begin(data)
        add.hide()
        add.input.value = ""
        asking = false
        add.input.placeholder = data.hidden ? "what do you see? class by name or code" : "add a class by name or code"
        if (!same) dropPictures()
        drawRows()
      }
      for (const [id, node] of Object.entries(judge)) {
        node.hidden = (data.hidden && id !== "unsure") || revealed
        node.setAttribute("aria-pressed", String(!data.hidden && data.mine?.judgement === id))
      }
      own.hidden = !data.hidden && !revealed
      own.firstChild.data = revealed ? "Next " : "Save my classes "
      rejudge.hidden = !revealed
      const found = data.suspicion
      evidence.hidden = !found
      if (found) {
        const meter = element("i")
        meter.style.width = `${100 * found.score}%`
        const measured =
          found.score === null
            ? [element("b", {}, `Suspicion: ${found.note}`)]
            : [
                element("b", {}, `Suspicion ${(100 * found.score).toFixed(0)} %`),
                element("span", { class: "meter" }, meter),
                found.suggestion ? ` suggests ${found.suggestion}` : "",
              ]
        evidence.replaceChildren(
          line(measured),
          ...(found.reasons.length ? [element("ul", {}, ...found.reasons.map((text) => element("li", {}, text)))] : []),
        )
      }
      mine.replaceChildren(
        ...(data.mine && !data.hidden
          ? [element("b", {}, "You said"), ` ${data.mine.text} `, seenAs(data.mine.link)]
          : []),
      )
      others.replaceChildren(
        ...data.others.map((other) => line([element("b", {}, other.reviewer), `: ${other.text} `, seenAs(other.link)])),
      )
      told.textContent = [data.told, wroteOn].filter(Boolean).join(" ")
      if (!same) wroteOn = ""
      if (!same || unfolds) finish()
      if (held && closing.page.hidden) focusReview()
      form.goesOn(data)
      if (first) sendLate()
      mark("review-shown", { sample: data.sample })
    },
    saved(data) {
      refused = null
      kept.arrived(data.id)
      kept.gave(data.id)
      if (work?.sample === data.sample && data.id === sending && written() !== sentAs) {
        begun = sentAs
        keep()
        wroteOn =
          "What you wrote while it was being saved is kept as a draft of that sample: go back (B) and judge it again."
      } else {
        if (work) kept.keepDraft(work.scope, data.sample, null)
        if (work?.sample === data.sample) begun = written()
      }
      if (data.id === sending) {
        performance.mark("explorer:verdict-saved", { detail: data })
        finish()
      }
    },
    off() {
      work = null
      setHelp(false)
      fromReview.closed()
      closing.hide()
      dropPictures()
      form.form.hidden = desk.hidden = true
      form.ended()
    },
    chips(data) {
      if (work?.sample !== data.sample || (work.hidden && !data.hidden)) return
      dropChips()
      if (data.strip) {
        drawnFor = `${data.sample} ${data.hidden}`
        drawStrip(data.strip)
        drawAround(data.around, data.hidden)
      }
      chips.append(
        ...data.classes.map((one) =>
          element(
            "figure",
            {},
            element("figcaption", { title: one.title }, element("b", {}, String(one.code)), ` ${one.title}`),
            ...(one.chips.length
              ? one.chips.map((chip) =>
                  picture(chip.jpeg, urls, {
                    alt: `A sample of ${one.title}, ${chip.km} km away`,
                    title: `${chip.id}, ${chip.km} km away`,
                  }),
                )
              : [element("span", { class: "hint" }, "no sample of it at hand")]),
          ),
        ),
      )
      mark("chips-shown", { sample: data.sample })
    },
    report(data) {
      if (taking) {
        take(data)
        return
      }
      frame.srcdoc = new TextDecoder().decode(data.bytes)
      if (sheet.hidden) {
        fromReport.opened()
        sheet.hidden = false
        level.focus()
      }
      mark("report-shown", {})
    },
    file: take,
    pong() {
      pulse?.heard()
    },
  })
  const finish = () => {
    sending = null
    for (const node of [...Object.values(judge), own]) node.disabled = false
  }
  // Whether the server still hears this page, and whether somebody else has said something of the sample.
  const pulse = window.explorerPulse?.({
    beat: () => send({ type: "ping" }),
    silent: () => {
      if (sending)
        told.textContent =
          "No answer from the server: your verdict is kept in this browser, and sent once when it answers."
    },
    back: () => {
      if (sending) sendLate()
    },
  })
  const looking = setInterval(() => {
    if (work && document.visibilityState === "visible") send({ type: "look" })
  }, LOOK)
  model.on("remove", () => {
    gone.abort()
    clearInterval(looking)
    pulse?.end()
    dropPictures()
  })
  send({ type: "ready" })
}
