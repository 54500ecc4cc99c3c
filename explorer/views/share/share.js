// Sharing: the link, files to take away, and the same in Python. Files come piece by piece, each asked for.

import { element, keepKeys, longDate, makeDrawer, mark, saveFile } from "../../browser/shared.js"
import { bus, listen } from "../common/talking.js"

/** @param {import("../messages").Drawn<"Share">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const NAMES = {
    ".gif": "GIF",
    ".mp4": "MP4 (H.264)",
    ".webm": "WebM (VP9)",
    ".webp": "WebP",
    ".nc": "netCDF",
    ".zarr.zip": "Zarr, zipped",
    ".png": "PNG",
    ".svg": "SVG",
    ".pdf": "PDF",
  }
  /** @typedef {import("../messages").Told["Share"]} Told */
  const state = {
    offer: /** @type {Told["offer"] | null} */ (null),
    now: /** @type {Told["state"] | null} */ (null),
    busy: false,
    pieces: /** @type {ArrayBuffer[]} */ ([]),
    file: /** @type {Told["file"] | null} */ (null),
    view: "",
  }

  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text)
  const select = (label, options) =>
    element("select", { "aria-label": label }, ...options.map(([value, text]) => element("option", { value }, text)))
  const endings = (label, list) =>
    select(
      label,
      list.map((ending) => [ending, NAMES[ending]]),
    )
  const check = (text, checked = true) => {
    const input = element("input", { type: "checkbox", checked })
    return { input, el: element("label", { class: "check" }, input, text) }
  }
  const row = (name, ...children) =>
    element(
      "div",
      { class: "row" },
      element("span", { class: "name" }, name),
      element("div", { class: "line" }, ...children),
    )
  const makers = []
  const maker = (name, words) => {
    const one = button(
      "Download",
      () => {
        if (state.busy) return
        trouble.textContent = ""
        model.send_msg({ type: "make", first: first.value, last: last.value, ...words() })
      },
      { "aria-label": `Download ${name}`, class: "make" },
    )
    makers.push(one)
    return one
  }

  // --- the link ------------------------------------------------------------------------------------------------------
  const link = element("input", {
    class: "link",
    readonly: true,
    "aria-label": "Link to this view",
    spellcheck: "false",
    onfocus: () => link.select(),
  })
  const said = element("span", { class: "said", role: "status" })
  const linkHint = element("p", { class: "hint" })
  // The clipboard is there on https and on this machine alone; elsewhere the older way, and at last the marked text.
  const copy = async (text, field, where) => {
    let done = false
    try {
      await navigator.clipboard.writeText(text)
      done = true
    } catch {
      const old = element("textarea", { class: "aside", readonly: true, "aria-hidden": "true" })
      old.value = text
      panel.append(old)
      old.select()
      done = document.execCommand("copy")
      old.remove()
    }
    if (!done) mark_text(field)
    where.textContent = done ? "Copied" : "Marked: press Ctrl+C"
    setTimeout(() => {
      where.textContent = ""
    }, 4000)
  }
  const mark_text = (field) => {
    if (field.select) {
      field.focus()
      field.select()
      return
    }
    const range = document.createRange()
    range.selectNodeContents(field)
    const selection = window.getSelection()
    selection.removeAllRanges()
    selection.addRange(range)
  }
  const copyLink = button("Copy link", () => copy(link.value, link, said), { class: "main" })

  // --- files ---------------------------------------------------------------------------------------------------------
  const first = select("First date", []),
    last = select("Last date", [])
  const all = button("All dates", () => setRange(0, -1), { title: "From the first to the last date of the calendar" })
  const setRange = (from, to) => {
    first.selectedIndex = from
    last.selectedIndex = to < 0 ? last.options.length - 1 : to
  }
  const format = endings("Format of the animation", [".mp4", ".gif", ".webm", ".webp"])
  const speed = select(
    "Frames a second",
    [1, 2, 5, 10, 15, 25, 30].map((n) => [n, `${n} a second`]),
  )
  speed.value = "10"
  const size = select(
    "Size",
    [1, 2, 3, 4].map((n) => [n, `${n} × (${200 * n} px)`]),
  )
  size.value = "2"
  const tourFormat = endings("Format of the camera tour", [".mp4", ".webm"])
  const tourSize = select("Size of the camera tour", [
    [1, "640 × 360"],
    [2, "960 × 540"],
    [3, "1280 × 720"],
    [4, "1920 × 1080"],
  ])
  tourSize.value = "3"
  const length = select(
    "Length of the camera tour",
    [4, 6, 8, 12, 20].map((n) => [n, `${n} s`]),
  )
  length.value = "8"
  const pins = check("Pins"),
    chart = check("Chart"),
    skip = check("Skip missing dates", false)
  pins.input.addEventListener("change", () => {
    chart.input.disabled = !pins.input.checked
  })
  const products = (label) =>
    select(label, [
      ["PF-SR", "Planet Fusion"],
      ["S2-SR", "Sentinel-2"],
    ])
  const whose = products("Sensor of the cube"),
    packed = endings("Format of the cube", [".nc", ".zarr.zip"])
  const seenBy = products("Sensor of the picture")
  const still = select("Format of the picture", [
    ["picture.png", "PNG"],
    ["picture.svg", "SVG"],
    ["picture.pdf", "PDF"],
    ["frame.tif", "GeoTIFF, as shown"],
    ["values.tif", "GeoTIFF of values"],
  ])
  const count = select("Dates of the contact sheet", []),
    sheetFormat = endings("Format of the contact sheet", [".png", ".svg", ".pdf"])
  const other = select("The other date", []),
    pairFormat = endings("Format of before and after", [".png", ".svg", ".pdf"])
  const told = select("What the page tells", [
    ["", "This view"],
    ["story", "My story"],
  ])
  const paper = select("Page or slides", [
    [".html", "HTML, needs no server"],
    [".pptx", "PowerPoint"],
    [".pdf", "PDF handout"],
  ])
  const dateName = element("b")
  const numbers = () => ({
    pins: pins.input.checked,
    chart: chart.input.checked,
    skip: skip.input.checked,
    fps: Number(speed.value),
    scale: Number(size.value),
  })
  const lacks = element("p", { class: "hint lacks" })
  const terms = element("p", { class: "terms" })
  const filesPart = element(
    "div",
    { class: "files" },
    row("Dates", first, "to", last, all),
    row("Animation", format, size, speed),
    row(
      "",
      pins.el,
      chart.el,
      skip.el,
      maker("the animation", () => ({ kind: "animation", ending: format.value, ...numbers() })),
    ),
    row("Camera tour", tourFormat, tourSize, length),
    row(
      "",
      button(
        "Fly there",
        () => {
          setOpen(false)
          page.emit("fly-there")
        },
        { title: "Here on the page, full screen: from Europe to the pinned pixel" },
      ),
      maker("the camera tour", () => ({
        kind: "tour",
        ending: tourFormat.value,
        scale: Number(tourSize.value),
        seconds: Number(length.value),
      })),
    ),
    row(
      "Cube",
      whose,
      packed,
      maker("the cube", () => ({ kind: "cube", ending: packed.value, product: whose.value })),
    ),
    row(
      "This date",
      seenBy,
      still,
      maker("the picture of this date", () => {
        const dot = still.value.indexOf(".")
        return {
          kind: still.value.slice(0, dot),
          ending: still.value.slice(dot),
          product: seenBy.value,
          pins: pins.input.checked,
        }
      }),
    ),
    row(
      "Contact sheet",
      count,
      sheetFormat,
      maker("the contact sheet", () => ({
        kind: "sheet",
        ending: sheetFormat.value,
        count: Number(count.value),
        pins: pins.input.checked,
      })),
    ),
    row(
      "Before, after",
      element("span", { class: "date" }, dateName, " and"),
      other,
      pairFormat,
      maker("before and after", () => ({
        kind: "pair",
        ending: pairFormat.value,
        other: other.value,
        pins: pins.input.checked,
      })),
    ),
    row(
      "Profiles",
      element("span", { class: "grow" }, "of the pins, as CSV"),
      maker("the profiles", () => ({ kind: "profile", ending: ".csv" })),
    ),
    row(
      "Page, slides",
      told,
      paper,
      maker("page or slides", () => ({
        kind: { ".html": "page", ".pptx": "slides", ".pdf": "handout" }[paper.value],
        ending: paper.value,
        // Where the page is not a server's, its links have no address that a reader could open.
        ...(state.now?.served
          ? { base_url: `${window.location.origin}${window.location.pathname}`.slice(0, 200) }
          : {}),
        story: told.value === "story",
      })),
    ),
    lacks,
    terms,
  )

  // --- what is being made --------------------------------------------------------------------------------------------
  const doing = element("span", { class: "doing" }),
    bar = element("progress", { max: 1, "aria-label": "Progress of the file" })
  const work = element(
    "div",
    { class: "work", hidden: true },
    doing,
    bar,
    button("Cancel", () => model.send_msg({ type: "cancel" })),
  )
  const trouble = element("p", { class: "trouble", role: "alert" })
  const setBusy = (value) => {
    state.busy = value
    work.hidden = !value
    if (!value) {
      state.pieces = []
      state.file = null
    }
    for (const one of makers) one.setAttribute("aria-disabled", String(value)) // not `disabled`, which takes the focus away, and the keys with it
  }

  // --- in Python -----------------------------------------------------------------------------------------------------
  const view = select("View", [])
  view.addEventListener("change", () => {
    state.view = view.value
    drawCode()
  })
  const text = element("code"),
    pre = element("pre", { tabindex: 0, "aria-label": "Lines of Python" }, text)
  const copied = element("span", { class: "said", role: "status" })
  const codePart = element(
    "div",
    { class: "python" },
    element(
      "div",
      { class: "line" },
      view,
      button("Copy", () => copy(text.textContent, text, copied), { "aria-label": "Copy the lines" }),
      copied,
    ),
    pre,
  )
  const drawCode = () => {
    const found = state.now?.code ?? []
    const chosen =
      found.find((one) => one.view === state.view) ?? found.find((one) => one.view === "planet") ?? found[0]
    view.replaceChildren(...found.map((one) => element("option", { value: one.view }, one.title)))
    if (chosen) view.value = chosen.view
    text.textContent = chosen?.text ?? ""
  }

  const what = element("small")
  const kept = element(
    "p",
    { class: "hint", hidden: true },
    "Files and lines of Python name the label: they are back once the review tells it.",
  )
  const panel = element(
    "section",
    { class: "drawer", role: "dialog", "aria-label": "Share", hidden: true },
    element(
      "header",
      {},
      element("h2", {}, "Share ", what),
      button("×", () => setOpen(false), { class: "close", "aria-label": "Close sharing" }),
    ),
    element("div", { class: "line" }, link, copyLink, said),
    linkHint,
    kept,
    element("h3", {}, "Files"),
    filesPart,
    element("h3", {}, "In Python"),
    codePart,
    element("footer", {}, work, trouble),
  )
  el.append(panel)

  const setOpen = makeDrawer(panel, "share", page, gone.signal, {
    changed: (open) => model.send_msg({ type: "open", open }),
    shown() {
      page.emit("ask-range")
      copyLink.focus()
    },
  })
  page.on(
    "range",
    (now) => {
      if (!first.options.length) return
      setRange(...now.range)
      if (now.other >= 0) other.selectedIndex = now.other
    },
    gone.signal,
  )
  keepKeys(panel, () => setOpen(false))

  listen(model, {
    toggle() {
      setOpen(panel.hidden)
    },
    offer(data) {
      state.offer = data
      const days = () => data.dates.map((iso) => element("option", { value: iso }, longDate(iso)))
      for (const one of [first, last, other]) one.replaceChildren(...days())
      setRange(0, -1)
      count.replaceChildren(...data.counts.map((n) => element("option", { value: n }, `${n} dates`)))
      count.value = "12"
      terms.textContent = data.terms
      lacks.textContent = Object.values(data.lacking)
        .filter((v, i, list) => list.indexOf(v) === i)
        .join(" · ")
      for (const option of [...format.options, ...packed.options, ...paper.options, ...tourFormat.options])
        option.disabled = option.value in data.lacking
      for (const one of [format, packed])
        if (one.selectedOptions[0]?.disabled) one.value = [...one.options].find((o) => !o.disabled)?.value ?? ""
      setBusy(false)
    },
    state(data) {
      const before = state.now
      state.now = data
      link.value = data.served ? `${window.location.origin}${window.location.pathname}${data.link}` : data.link
      linkHint.textContent = data.served
        ? "Sample, date, pixels, regions, colours, charts and map: it opens as it is now."
        : "For Explorer(corpus, link), and behind the address of a server's page."
      what.textContent = data.sample ? `${data.sample} · ${data.what}` : ""
      dateName.textContent = longDate(data.date)
      const index = [...other.options].findIndex((option) => option.value === data.date)
      // The other date is the same season of the other year, until somebody chooses.
      if (before?.date !== data.date && (before === null || other.value === data.date))
        other.selectedIndex = index + 73 < other.options.length ? index + 73 : Math.max(0, index - 73)
      const values = still.options[still.options.length - 1]
      values.disabled = !data.values
      values.title = data.values ? "" : "A band, index or formula has values; a colour composite has not"
      if (!data.values && still.value === values.value) still.selectedIndex = 0
      told.options[1].disabled = !data.story
      if (!data.story) told.value = ""
      kept.hidden = !data.hidden
      for (const part of [filesPart, codePart, ...panel.querySelectorAll("h3")]) part.hidden = data.hidden
      drawCode()
    },
    begun(data) {
      setBusy(true)
      trouble.textContent = ""
      state.name = data.name
      doing.textContent = `Reading for ${data.name}`
      bar.removeAttribute("value")
    },
    progress(data) {
      // What is read is counted first; what is painted after that, if it is.
      doing.textContent = `${data.reading && data.done < data.total ? "Reading for" : "Making"} ${state.name}`
      if (data.done < data.total) bar.value = data.done / data.total
      else bar.removeAttribute("value")
    },
    file(data) {
      state.file = data
      doing.textContent = `Sending ${data.name}, ${(data.size / 1e6).toFixed(1)} MB`
    },
    piece(data) {
      if (!state.file) return
      state.pieces.push(data.data)
      const have = state.pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
      bar.value = have / Math.max(state.file.size, 1)
      if (!data.last) {
        model.send_msg({ type: "next" })
        return
      }
      const { name, media, size } = state.file
      const whole = have === size
      const blob = new Blob(state.pieces, { type: media })
      setBusy(false)
      if (!whole) {
        trouble.textContent = `${name} did not come whole: try again.`
        return
      }
      saveFile(name, blob)
      mark("file-made", { name, size })
    },
    trouble(data) {
      setBusy(false)
      trouble.textContent = data.text
    },
  })
  model.on("remove", () => gone.abort())
  model.send_msg({ type: "ready" })
}
