// Label review: a queue, one verdict after another with the keyboard alone. What is shown comes from the server; what is
// being written (classes, confidence, comment) lives here until it is sent.

export function render({ model, el }) {
  const gone = new AbortController()
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text)
  const key = (letter) => element("kbd", {}, letter)
  const percent = (fraction) => `${(100 * fraction).toFixed(1).replace(/\.0$/, "")}`
  const PLACE = "rapidai4eo-reviewer" // where this browser keeps the reviewer's name
  const remembered = () => { try { return localStorage.getItem(PLACE) ?? "" } catch { return "" } }
  const remember = (name) => { try { localStorage.setItem(PLACE, name) } catch { /* private windows forget */ } }

  let setup = { kinds: [], classes: [], reviewer: "", fixed: false }
  let work = null // the sample under review, as the server told it
  let rows = [] // classes of the label and what is said of each: { code, title, colour, given, action, fraction }
  let resume = "" // the queue of a link
  let confidence = null, sending = null, refused = null, asking = false, revealed = false

  // --- beginning a queue ----------------------------------------------------------------------------------------
  const kind = element("select", { "aria-label": "Which samples" })
  const about = element("p", { class: "about" })
  const ofClass = element("input", { list: "classes", placeholder: "class by name or code", "aria-label": "Class by name or code", spellcheck: "false" })
  const count = numberInput({ min: 1, max: 100000, step: 1, value: 100, "aria-label": "Number of samples" })
  const seed = numberInput({ min: 0, max: 999999, step: 1, value: 0, "aria-label": "Seed of the draw" })
  const allocation = element("select", { "aria-label": "Allocation to the classes" }, ...["equal", "proportional", "neyman"].map((value) => element("option", { value }, value === "neyman" ? "Neyman" : value)))
  const ids = element("textarea", { rows: 3, placeholder: "sample ids, one a line", "aria-label": "Sample ids", spellcheck: "false" })
  const name = element("input", { maxlength: 60, placeholder: "your name or initials", "aria-label": "Reviewer", autocomplete: "off" })
  const blind = element("input", { type: "checkbox" })
  const trouble = element("p", { class: "trouble", role: "alert" })
  const field = (text, ...inputs) => element("label", { class: "field" }, element("span", {}, text), ...inputs)
  const fields = { class: field("Class", ofClass), count: field("How many", count), seed: field("Seed", seed), allocation: field("Allocation", allocation), ids: field("Ids", ids) }
  const form = element("form", { class: "begin", "aria-label": "Begin a review" },
    field("Samples", kind), about, ...Object.values(fields), field("Reviewer", name),
    element("label", { class: "check" }, blind, "Blind: hide the label, the map and others' verdicts until mine is in"),
    trouble, element("div", { class: "buttons" }, element("button", { type: "submit", class: "main" }, "Begin"), button("Cancel", () => model.send_msg({ type: "close" }))))
  const showKind = () => {
    const chosen = setup.kinds.find(({ id }) => id === kind.value)
    about.textContent = chosen?.text ?? ""
    for (const [id, node] of Object.entries(fields)) node.hidden = !chosen?.needs.includes(id)
  }
  kind.addEventListener("change", showKind)
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { model.send_msg({ type: "close" }); event.preventDefault() } })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    if (!setup.fixed && !name.value.trim()) { trouble.textContent = "Say who reviews: every verdict carries a name."; name.focus(); return }
    remember(name.value.trim())
    trouble.textContent = "Opening the queue …"
    model.send_msg({
      type: "begin", resume: kind.value === "resume" ? resume : "", kind: kind.value, class: ofClass.value, count: Number(count.value), seed: Number(seed.value), allocation: allocation.value,
      ids: ids.value.slice(0, 2000000), reviewer: name.value.trim(), blind: blind.checked,
    })
  })

  // --- one sample -------------------------------------------------------------------------------------------------
  const title = element("b", { class: "queue" }), at = element("input", { class: "at", inputmode: "numeric", "aria-label": "Position in the queue: type a number and press Enter" })
  const of = element("span"), done = element("span", { class: "done" }), bar = element("i")
  const back = button(["‹ Back ", key("B")][0], () => model.send_msg({ type: "step", by: -1 }), { title: "The one before (B)" })
  const skip = button("Skip ›", () => model.send_msg({ type: "step", by: 1 }), { title: "The next one, without a verdict (S)" })
  const open = button("Next open", () => model.send_msg({ type: "open" }), { title: "The next one that has no verdict of yours (N)" })
  const undo = button("Undo", () => model.send_msg({ type: "undo" }), { title: "Take back your last verdict (Z)" })
  const list = element("div", { class: "classes", role: "group", "aria-label": "Classes of the label" })
  const sum = element("span", { class: "sum" })
  const options = element("datalist", { id: "classes" })
  const add = element("input", { list: "classes", placeholder: "add a class by name or code", "aria-label": "Add a class by name or code", spellcheck: "false" })
  const evidence = element("div", { class: "evidence" })
  const stars = element("div", { class: "confidence", role: "radiogroup", "aria-label": "Confidence" }, ...[1, 2, 3, 4, 5].map((n) =>
    button(String(n), () => setConfidence(n), { role: "radio", "aria-checked": "false", title: ["a guess", "rather unsure", "fair", "sure", "certain"][n - 1] + ` (${n})` })))
  const comment = element("textarea", { rows: 1, maxlength: 4000, placeholder: "Comment (M)", "aria-label": "Comment" })
  const verdicts = { correct: ["Correct", "C"], wrong: ["Wrong", "W"], unsure: ["Unsure", "U"] }
  const judge = Object.fromEntries(Object.entries(verdicts).map(([id, [text, letter]]) => {
    const node = button("", () => say(id), { class: id, "aria-pressed": "false" })
    node.append(text, " ", key(letter))
    return [id, node]
  }))
  const own = button("", () => say("seen"), { class: "main seen" })
  own.append("Save my classes ", key("⏎"))
  const told = element("p", { class: "told", role: "status" })
  const others = element("div", { class: "others" })
  const files = element("div", { class: "files" }, button("Accuracy report", () => showReport(), { class: "link", title: "How good the labels are, with intervals; areas; agreement; what to review yet" }),
    " · verdicts as ", ...[["csv", "CSV"], ["geojson", "GeoJSON"], ["parquet", "GeoParquet"], ["json", "STAC"]].flatMap(([format, text]) => [button(text, () => model.send_msg({ type: "save", format }), { class: "link", title: `Download all verdicts as ${text}` }), " "]))
  const level = element("select", { "aria-label": "Level of the classes" }, ...[["1", "5 classes (level 1)"], ["2", "15 classes (level 2)"], ["3", "44 classes (level 3)"]].map(([value, text]) => element("option", { value }, text)))
  const all = element("input", { type: "checkbox" })
  const frame = element("iframe", { title: "Accuracy report", sandbox: "" }) // it holds people's words: nothing in it may run
  const sheet = element("div", { class: "sheet", role: "dialog", "aria-label": "Accuracy report", hidden: true },
    element("div", { class: "line" }, element("b", {}, "Accuracy report"), level, element("label", { class: "check" }, all, "with samples that were chosen, not drawn"), button("Download", () => showReport(true), { class: "main" }), button("×", () => closeReport(), { class: "close", "aria-label": "Close the report" })), frame)
  const fromReport = makeReturn(sheet)
  const closeReport = () => { fromReport.closed(); sheet.hidden = true }
  let taking = false
  const showReport = (take = false) => {
    taking = take
    model.send_msg({ type: "report", level: Number(level.value), all: all.checked })
  }
  for (const input of [level, all]) input.addEventListener("change", () => showReport())
  sheet.addEventListener("keydown", (event) => { if (event.key === "Escape") { closeReport(); event.preventDefault() } })
  const help = button("?", () => setHelp(keys.hidden), { title: "Keys (?)", "aria-label": "Keys", class: "help" })
  const close = button("×", () => model.send_msg({ type: "close" }), { title: "End the review", "aria-label": "End the review", class: "close" })
  const KEYS = [["C", "label is correct"], ["W", "wrong: then type the right class, Enter"], ["U", "unsure"], ["1 – 5", "confidence"], ["A", "add a class"], ["↑ ↓", "from class to class"], ["Y / X", "accept / reject the class"], ["M", "comment; Esc leaves it"],
    ["S / B", "skip / back"], ["N", "next without my verdict"], ["G", "go to a position"], ["Z", "undo my last verdict"], ["Space", "play the animation"], ["← →", "step through its dates"], ["?", "these keys"]]
  const keys = element("div", { class: "keys", role: "dialog", "aria-label": "Keys of the review", hidden: true, tabindex: "-1" },
    element("h3", {}, "Keys"), element("dl", {}, ...KEYS.flatMap(([letter, text]) => [element("dt", {}, key(letter)), element("dd", {}, text)])), button("Close", () => setHelp(false)))
  const desk = element("div", { class: "desk" },
    element("div", { class: "line" }, title, done, help, close),
    element("div", { class: "bar", role: "progressbar", "aria-label": "Reviewed" }, bar),
    element("div", { class: "line" }, back, element("span", { class: "place" }, at, of), skip, open, undo),
    list, element("div", { class: "line add" }, add, sum), evidence,
    element("div", { class: "line" }, element("span", { class: "caption" }, "Confidence"), stars, comment),
    element("div", { class: "verdicts" }, ...Object.values(judge), own), told, others, files)
  const root = element("div", { class: "review" }, options, form, desk, keys, sheet)
  el.append(root)
  form.hidden = desk.hidden = true

  const fromHelp = makeReturn(keys), fromReview = makeReturn(root)
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
  }

  // --- classes ----------------------------------------------------------------------------------------------------
  const findClass = (text) => {
    const wanted = text.trim().toLowerCase()
    if (!wanted) return null
    const code = wanted.match(/^\d{3}/)?.[0]
    const label = (c) => c.title.toLowerCase()
    return setup.classes.find((c) => String(c.code) === code) ?? setup.classes.find((c) => label(c) === wanted)
      ?? setup.classes.find((c) => label(c).startsWith(wanted)) ?? setup.classes.find((c) => label(c).includes(wanted)) ?? null
  }
  // What the sample would be with what was said: rejected classes are gone, set ones as said.
  const meant = (row) => (row.action === "reject" ? 0 : row.fraction ?? row.given ?? 0)
  const total = () => rows.reduce((all, row) => all + meant(row), 0)
  const drawRows = (focus = -1) => {
    list.replaceChildren(...rows.map((row, i) => {
      const swatch = element("i"), share = numberInput({ class: "share", min: 0, max: 100, step: 5, value: percent(meant(row)), "aria-label": `Fraction of ${row.title} in percent` })
      swatch.style.background = row.colour
      share.disabled = row.action === "reject"
      share.addEventListener("change", () => {
        const value = Number(share.value) / 100
        if (share.value === "" || !(value >= 0 && value <= 1)) { share.value = percent(meant(row)); return }
        row.fraction = value
        row.action = row.added ? "add" : "set"
        drawRows()
      })
      const set = (action) => {
        if (row.added) rows = rows.filter((other) => other !== row)
        else { row.action = row.action === action ? "" : action; row.fraction = null }
        drawRows(Math.min(i, rows.length - 1))
      }
      row.set = set
      const line = element("div", { class: `class ${row.action}`, tabindex: i === Math.max(focus, 0) ? "0" : "-1", role: "group", "aria-label": `${row.code} ${row.title}, ${percent(meant(row))} percent${row.action ? `, ${row.action}` : ""}` },
        swatch, element("span", { class: "name", title: row.title }, element("b", {}, String(row.code)), ` ${row.title}`),
        element("span", { class: "given", title: "in the label" }, row.given === null ? "new" : `${percent(row.given)} %`), share, "%",
        row.added ? null : button("✓", () => set("accept"), { class: "yes", "aria-pressed": String(row.action === "accept"), "aria-label": `Accept ${row.title}`, title: "Accept (Y)" }),
        button("✗", () => set("reject"), { class: "no", "aria-pressed": String(row.action === "reject"), "aria-label": `${row.added ? "Remove" : "Reject"} ${row.title}`, title: row.added ? "Remove (X)" : "Reject (X)" }))
      line.addEventListener("keydown", (event) => {
        if (event.target !== line) return
        const act = { ArrowDown: () => list.children[i + 1]?.focus(), ArrowUp: () => list.children[i - 1]?.focus(), y: () => !row.added && set("accept"), x: () => set("reject"), Enter: () => { share.focus(); share.select() } }[event.key]
        if (act) { act(); event.preventDefault(); event.stopPropagation() }
      })
      return line
    }))
    const all = total()
    sum.textContent = rows.length ? `adds up to ${percent(all)} %` : ""
    sum.classList.toggle("odd", rows.length > 0 && Math.abs(all - 1) > 0.015)
    if (focus >= 0) list.children[focus]?.focus()
  }
  const addClass = () => {
    const found = findClass(add.value)
    if (!found) { told.textContent = add.value.trim() ? `No class is called “${add.value.trim().slice(0, 40)}”: type a CORINE name or a code such as 311.` : ""; return false }
    const there = rows.find((row) => row.code === found.code)
    add.value = ""
    if (there) { there.action = there.added ? "add" : "accept"; told.textContent = `${found.title} is in the list.` }
    else {
      const rest = Math.round(Math.max(0, 1 - total()) * 1e4) / 1e4
      rows.push({ ...found, given: null, added: true, action: "add", fraction: rest >= 0.01 ? rest : 1 })
    }
    drawRows()
    return true
  }
  add.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return
    event.preventDefault()
    const typed = Boolean(add.value.trim()), said = typed && addClass()
    if (asking && (said || !typed)) { replaceAll(said); send("wrong") }
    else if (!asking && !typed && work?.hidden) say("seen") // a class that was typed is only added: there can be more
  })
  // "Wrong", and one class typed: that class is what the sample is.
  const replaceAll = (said) => {
    if (!said || rows.filter((row) => row.added).length !== 1 || rows.some((row) => !row.added && row.action)) return
    for (const row of rows) if (row.added) row.fraction = 1; else row.action = "reject"
  }

  // --- the verdict --------------------------------------------------------------------------------------------------
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")
  const adjustments = () => rows.filter((row) => row.action).map((row) => ({ code: row.code, action: row.action, fraction: row.action === "reject" ? 0 : meant(row) }))
  const send = (judgement) => {
    if (!work || sending) return
    asking = false
    const said = { sample: work.sample, judgement, adjustments: adjustments(), confidence, comment: comment.value, link: window.location.search.slice(0, 4000) }
    const content = JSON.stringify(said)
    // Said again after a failure, it is the same verdict: should the first have been kept after all, it is not kept twice.
    sending = refused?.content === content ? refused.id : fresh()
    refused = { id: sending, content }
    for (const node of [...Object.values(judge), own]) node.disabled = true
    told.textContent = "Saving …"
    performance.mark("explorer:verdict-sent", { detail: { sample: work.sample, judgement } })
    model.send_msg({ type: "verdict", id: sending, ...said })
  }
  const say = (judgement) => {
    if (!work || sending) return
    if (revealed) { model.send_msg({ type: "open" }); return }
    if (judgement === "seen" && !rows.length) { told.textContent = "Say what you see: add at least one class."; add.focus(); return }
    if (judgement === "wrong" && !rows.some((row) => row.action) && !asking) {
      asking = true
      told.textContent = "Which class is it? Type it and press Enter; Enter alone or W again: wrong, but unknown what."
      add.placeholder = work.suggestion ? `the evidence suggests ${work.suggestion}` : "name or code of the right class"
      add.focus()
      return
    }
    send(judgement)
  }

  // --- keys -----------------------------------------------------------------------------------------------------------
  const shortcuts = {
    c: () => say("correct"), w: () => say("wrong"), u: () => say("unsure"), s: () => skip.click(), b: () => back.click(), n: () => open.click(), z: () => undo.click(),
    a: () => add.focus(), m: () => comment.focus(), g: () => { at.focus(); at.select() }, "?": () => setHelp(keys.hidden),
  }
  for (const n of [1, 2, 3, 4, 5]) shortcuts[n] = () => setConfidence(n)
  window.addEventListener("keydown", (event) => {
    if (!work || desk.hidden || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const node = event.composedPath()[0]
    if (event.key === "Escape" && !keys.hidden) { setHelp(false); return }
    if (isWriting(node)) {
      if (event.key === "Escape") { asking = false; node.blur(); event.preventDefault() }
      return
    }
    if (event.key === "ArrowDown" && (node === document.body || root.contains(node)) && list.firstChild) { list.children[0].focus(); event.preventDefault(); return }
    if (event.key === "Enter" && node?.tagName !== "BUTTON" && (work.hidden || revealed)) { say("seen"); event.preventDefault(); return }
    // Without a pointer the animation's own keys work from here too.
    if (["ArrowLeft", "ArrowRight", " "].includes(event.key) && (node === document.body || (root.contains(node) && node?.tagName !== "BUTTON"))) {
      bus(model).emit("key", { key: event.key })
      event.preventDefault()
      return
    }
    const act = shortcuts[event.key.toLowerCase()]
    if (act) { act(); event.preventDefault() }
  }, { signal: gone.signal })
  at.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return
    const position = Number(at.value) - 1
    if (Number.isInteger(position) && position >= 0 && position < (work?.total ?? 0)) { at.blur(); model.send_msg({ type: "jump", position }) }
    else told.textContent = `The queue has places 1 to ${work?.total ?? 0}.`
  })
  at.addEventListener("blur", () => { if (work) at.value = String(work.position + 1) })

  // --- what the server tells ---------------------------------------------------------------------------------------------
  const line = (parts) => element("p", {}, ...parts)
  const handlers = {
    setup(data) {
      setup = data
      options.replaceChildren(...data.classes.map((c) => element("option", { value: `${c.code} ${c.title}` })))
      kind.replaceChildren(...data.kinds.map(({ id, title: text, off }) => element("option", { value: id, disabled: Boolean(off) }, off ? `${text} (${off})` : text)))
      if (data.resume) kind.prepend(element("option", { value: "resume" }, "The queue of this link"))
      kind.value = data.resume ? "resume" : data.kinds.find(({ off }) => !off)?.id
      name.value = data.reviewer || remembered()
      name.disabled = data.fixed
      blind.checked = Boolean(data.blind)
      trouble.textContent = data.trouble ?? ""
      if (form.hidden && desk.hidden) fromReview.opened()
      form.hidden = false
      desk.hidden = true
      work = null
      showKind()
      // A link to a queue: whoever is known goes on at once.
      if (data.resume && (data.fixed || name.value)) {
        trouble.textContent = "Opening the queue …"
        model.send_msg({ type: "begin", resume: data.resume, reviewer: name.value, blind: blind.checked })
      }
      resume = data.resume
      ;(data.trouble || data.fixed || name.value ? kind : name).focus({ preventScroll: true })
      mark("review-setup", {})
    },
    trouble(data) { trouble.textContent = data.text; told.textContent = data.text; finish() },
    work(data) {
      const same = work && work.sample === data.sample && !data.fresh
      work = data
      setup.classes = data.classes ?? setup.classes
      if (data.classes) options.replaceChildren(...data.classes.map((c) => element("option", { value: `${c.code} ${c.title}` })))
      form.hidden = true
      desk.hidden = false
      title.textContent = data.queue
      title.title = data.queue
      done.textContent = `${data.done.toLocaleString("en")} of ${data.total.toLocaleString("en")} reviewed`
      bar.style.width = `${data.total ? (100 * data.done) / data.total : 0}%`
      bar.parentElement.setAttribute("aria-valuenow", String(data.done))
      bar.parentElement.setAttribute("aria-valuemax", String(data.total))
      at.value = String(data.position + 1)
      of.textContent = ` / ${data.total.toLocaleString("en")}`
      back.disabled = data.position <= 0
      skip.disabled = data.position >= data.total - 1
      undo.disabled = !data.undoable
      revealed = Boolean(data.revealed)
      if (!same) {
        rows = (data.labels ?? []).map((label) => ({ ...label, given: label.fraction, fraction: null, action: "" }))
        for (const said of data.mine?.adjustments ?? []) {
          const row = rows.find(({ code }) => code === said.code)
          if (row) Object.assign(row, { action: said.action, fraction: said.action === "set" ? said.fraction : null })
          else if (said.action !== "reject") rows.push({ ...(setup.classes.find(({ code }) => code === said.code) ?? { code: said.code, title: "", colour: "#888" }), given: null, added: true, action: "add", fraction: said.fraction })
        }
        confidence = null
        setConfidence(data.mine?.confidence ?? null)
        comment.value = data.mine?.comment ?? ""
        add.value = ""
        asking = false
        add.placeholder = data.hidden ? "what do you see? class by name or code" : "add a class by name or code"
      }
      drawRows()
      for (const [id, node] of Object.entries(judge)) {
        node.hidden = (data.hidden && id !== "unsure") || revealed
        node.setAttribute("aria-pressed", String(data.mine?.judgement === id))
      }
      own.hidden = !data.hidden && !revealed
      own.firstChild.data = revealed ? "Next " : "Save my classes "
      const found = data.suspicion
      evidence.hidden = !found
      if (found) {
        const meter = element("i")
        meter.style.width = `${100 * found.score}%`
        const measured = found.score === null ? [element("b", {}, `Suspicion: ${found.note}`)]
          : [element("b", {}, `Suspicion ${(100 * found.score).toFixed(0)} %`), element("span", { class: "meter" }, meter), found.suggestion ? ` suggests ${found.suggestion}` : ""]
        evidence.replaceChildren(line(measured),
          ...(found.reasons.length ? [element("ul", {}, ...found.reasons.map((text) => element("li", {}, text)))] : []))
      }
      const seen = (link) => (link?.startsWith("?") ? element("a", { href: link, target: "_blank", rel: "noopener", title: "Date, pixels and view of this verdict" }, "as seen") : "")
      others.replaceChildren(...data.others.map((other) => line([element("b", {}, other.reviewer), `: ${other.text} `, seen(other.link)])))
      told.textContent = data.told ?? ""
      finish()
      if (document.activeElement === document.body || root.contains(el.getRootNode().activeElement)) el.getRootNode().activeElement?.blur?.()
      mark("review-shown", { sample: data.sample })
    },
    saved(data) { refused = null; if (data.id === sending) performance.mark("explorer:verdict-saved", { detail: data }) },
    off() { work = null; setHelp(false); fromReview.closed(); form.hidden = desk.hidden = true },
    report(data) {
      if (taking) { handlers.file(data); return }
      frame.srcdoc = new TextDecoder().decode(data.bytes)
      if (sheet.hidden) { fromReport.opened(); sheet.hidden = false; level.focus() }
      mark("report-shown", {})
    },
    file(data) {
      saveFile(data.name, new Blob([data.bytes], { type: data.media }))
      told.textContent = `${data.name} was written.`
    },
  }
  const finish = () => {
    sending = null
    for (const node of [...Object.values(judge), own]) node.disabled = false
  }
  model.on("msg:custom", (data) => handlers[data.type]?.(data))
  model.on("remove", () => gone.abort())
  model.send_msg({ type: "ready" })
}
