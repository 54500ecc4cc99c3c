// The menu of the curves: bands, indices and a formula, and what is drawn over and behind them. Every choice is said
// in a link's words; the server answers with what is shown then.

import { element } from "../../browser/shared.js"
import { drawEntry, entriesFound, entriesOf, makeCombobox } from "../common/combobox.js"

export const makeCurvesMenu = (send) => {
  let offer = null,
    now = null
  const toggle = element(
    "button",
    {
      type: "button",
      class: "curves",
      "aria-expanded": "false",
      "aria-haspopup": "dialog",
      title: "Bands, indices, smoothing, seasons, breaks",
      onclick: () => open(panel.hidden),
    },
    "Curves ▾",
  )
  const bands = element("div", { class: "choices", role: "group", "aria-label": "Bands" })
  const indices = element("div", { class: "choices", role: "group", "aria-label": "Indices shown" })
  let entries = []
  const list = makeCombobox({
    label: "Add an index",
    listed: "Indices found",
    placeholder: "name or application, as NDVI, water, burn",
    find: (text) => entriesFound(text, entries),
    draw: drawEntry,
    take(entry) {
      list.input.value = ""
      add(entry.value)
    },
    enter(text) {
      if (text) problem.textContent = `No index is called “${text.slice(0, 40)}”.`
    },
    most: Infinity,
    firstMarked: true,
    whole: true,
    wide: 440,
  })
  const formula = element("input", {
    type: "text",
    placeholder: "(nir - red) / (nir + red)",
    "aria-label": "Add a formula over band names",
    spellcheck: "false",
    maxlength: 200,
  })
  const smooth = element("select", { "aria-label": "Smoothing" })
  const problem = element("div", { class: "problem", role: "alert" })
  const check = (label, title) => {
    const input = element("input", { type: "checkbox", onchange: () => say() })
    return { input, node: element("label", { class: "check", title }, input, label) }
  }
  const switches = {
    pheno: check(
      "Seasons: start, peak, end",
      "Of the first index; marked on the curve, and in a table beside the charts",
    ),
    breaks: check("Breaks of the season", "Of the first index, by least squares; snow left out"),
    years: check("2018 and 2019 over each other", "The x axis becomes the day of the year"),
  }
  const behind = {
    index: check("indices", "Median and 10th to 90th percentile of the whole sample behind the indices"),
    bands: check("bands", "The same behind the bands"),
    class: check(
      "for its class",
      "The season that is usual for the sample's largest class: median and 10th to 90th percentile of its samples, month by month",
    ),
  }
  const field = (title, ...nodes) => element("div", { class: "field" }, element("span", {}, title), ...nodes)
  const panel = element(
    "div",
    { class: "curves-panel", hidden: true, role: "dialog", "aria-label": "Curves" },
    field("Bands", bands),
    field("Indices", indices),
    field("Add", list.box),
    field("Formula", formula),
    field("Smoothed", smooth),
    field("Sample", element("div", { class: "choices" }, behind.index.node, behind.bands.node)),
    field("Usual", element("div", { class: "choices" }, behind.class.node)),
    element("div", { class: "switches" }, ...Object.values(switches).map((s) => s.node)),
    problem,
    element("button", { type: "button", class: "plain", onclick: () => send("") }, "As on a fresh page"),
  )

  const open = (value) => {
    panel.hidden = !value
    toggle.setAttribute("aria-expanded", String(value))
    if (!value) {
      toggle.focus({ preventScroll: true })
      return
    }
    // Fixed, because its region is low and clips what is larger than itself.
    const button = toggle.getBoundingClientRect(),
      { width, height } = panel.getBoundingClientRect()
    panel.style.left = `${Math.max(8, Math.min(button.right - width, window.innerWidth - width - 8))}px`
    panel.style.top = `${button.bottom + height + 10 < window.innerHeight ? button.bottom + 4 : Math.max(8, button.top - height - 4)}px`
    bands.querySelector("button")?.focus({ preventScroll: true })
  }
  panel.addEventListener("keydown", (event) => {
    event.stopPropagation() // its keys are not the animation's
    if (event.key === "Escape") open(false)
  })

  const say = (change = {}) => {
    const next = { ...now, ...change }
    now = next // the next choice may come before the server's answer
    const parts = [[...next.bands, ...next.indices].join(",")]
    if (smooth.value) parts.push(`smooth:${smooth.value}`)
    for (const [word, { input }] of Object.entries(switches)) if (input.checked) parts.push(word)
    parts.push(
      `behind:${
        Object.keys(behind)
          .filter((chart) => behind[chart].input.checked)
          .join(",") || "none"
      }`,
    )
    problem.textContent = ""
    send(parts.join(";"))
  }
  smooth.addEventListener("change", () => say())
  const add = (name) => {
    if (name && !now.indices.includes(name)) say({ indices: [...now.indices, name] })
  }
  formula.addEventListener("change", () => {
    if (formula.value.trim()) add(`expr:${formula.value.trim()}`)
  })

  return {
    toggle,
    panel,
    open,
    close: () => {
      if (!panel.hidden) open(false)
    },
    offer(menu) {
      offer = menu
      entries = entriesOf(menu.indices)
      smooth.replaceChildren(...Object.entries(menu.smooth).map(([value, text]) => element("option", { value }, text)))
    },
    show(chosen, text) {
      now = chosen
      problem.textContent = text
      const focused = panel.getRootNode().activeElement?.dataset?.choice
      bands.replaceChildren(
        ...offer.bands.map((band) => {
          const on = chosen.bands.includes(band.name)
          const swatch = element("i")
          swatch.style.background = band.colour
          return element(
            "button",
            {
              type: "button",
              "aria-pressed": String(on),
              "data-choice": band.name,
              title: band.title,
              onclick: () => say({ bands: on ? now.bands.filter((b) => b !== band.name) : [...now.bands, band.name] }),
            },
            swatch,
            band.text,
          )
        }),
      )
      indices.replaceChildren(
        ...chosen.indices.map((index) =>
          element(
            "button",
            {
              type: "button",
              "aria-pressed": "true",
              "data-choice": index,
              disabled: chosen.indices.length < 2,
              title: `Remove ${index.replace("expr:", "")}`,
              "aria-label": `Remove ${index.replace("expr:", "")}`,
              onclick: () => say({ indices: now.indices.filter((i) => i !== index) }),
            },
            index.replace("expr:", ""),
            chosen.indices.length > 1 ? " ×" : "",
          ),
        ),
      )
      if (focused)
        [...bands.children, ...indices.children]
          .find((b) => b.dataset.choice === focused)
          ?.focus({ preventScroll: true })
      list.input.disabled = formula.disabled = chosen.indices.length >= offer.most
      if (formula.disabled || chosen.indices.includes(`expr:${formula.value.trim()}`)) formula.value = ""
      smooth.value = chosen.smooth
      smooth.title = offer.sources[chosen.smooth] ?? ""
      for (const [word, { input }] of Object.entries(switches)) input.checked = chosen[word]
      for (const [chart, { input }] of Object.entries(behind)) input.checked = chosen.behind.includes(chart)
    },
  }
}
