// The panel that judges a model: what is asked, the numbers of it all, and one part of the answer at a time, which filters the map.

import { makeChart } from "../../browser/chart.js"
import { dots, lines } from "../../browser/chart_marks.js"
import { choice, element, keepFocus, keepKeys, makeReturn, mark, saveFile } from "../../browser/shared.js"
import { listen, mapBoxBeside } from "../common/talking.js"
import { makeAddOpinion } from "./add_opinion.js"
import { makeCrossTable } from "./cross_table.js"
import { count, makeTable, signed, three } from "./judge_tables.js"

const PARTS = [
  ["table", "Cross-table"],
  ["classes", "Class by class"],
  ["calibration", "Calibration"],
  ["parts", "Part by part"],
  ["two", "Two models"],
]
const VALUES = [
  ["counts", "Samples"],
  ["rows", "% of the label"],
  ["columns", "% of the model"],
]
const SUMMARY = [
  ["agreement", "Agreement", "Share of the samples whose largest class is the same"],
  ["macro_f1", "Macro F1", "Mean of F1 over classes"],
  ["weighted_f1", "Weighted F1", "Mean of F1, each class by how often the labels have it"],
  ["mean_average_precision", "mAP", "Mean over classes of average precision: fractions as a ranking of the samples"],
  ["disagreement", "Disagreement", "Mean of half the sum of the differences of fractions, 0 to 1"],
  ["calibration_error", "Calibration error", "How far what the model says lies from how often it is so"],
]

/** @param {import("../messages").Drawn<"Judge">} panel */
export function render({ model, el }) {
  const stop = new AbortController()
  /** @type {import("../messages").Told["Judge"]["asked"] | null} */
  let state = null
  const send = (/** @type {any} */ what) => model.send_msg({ type: "choose", ...what })
  const button = (text, title, act, attributes = {}) =>
    element("button", { type: "button", title, onclick: act, ...attributes }, text)
  const radios = (label, options, act) =>
    element(
      "div",
      { class: "segments", role: "radiogroup", "aria-label": label },
      ...options.map(([value, text]) =>
        element("button", { type: "button", role: "radio", "data-value": value, onclick: () => act(value) }, text),
      ),
    )
  const check = (group, value) => {
    for (const one of group.children) {
      one.setAttribute("aria-checked", String(one.dataset.value === value))
      one.tabIndex = one.dataset.value === value ? 0 : -1
    }
  }
  const fill = (list, options, value) =>
    list.replaceChildren(
      ...options.map(([key, text]) => element("option", { value: key, selected: key === value }, text)),
    )

  // -- the head -----------------------------------------------------------------------------------------------
  const samples = element("output", {
    class: "count",
    "aria-live": "polite",
    "aria-label": "Samples that are compared",
  })
  const source = element("span", { class: "source" })
  const what = element("span", { class: "what" }) // in place of the controls, where somebody presents
  const close = button("×", "Close", () => hide(), { class: "close", "aria-label": "Close the judgement" })
  const opinion = choice("Model or map", [], "", (value) => send({ opinion: value }))
  const groups = choice("Classes", [], "", (value) => send({ groups: value }))
  const by = choice(
    "How samples are compared",
    [
      ["largest", "by largest class"],
      ["fractions", "by fractions"],
    ],
    "largest",
    (value) => send({ by: value }),
  )
  const adding = makeAddOpinion({
    added: (name) => model.send_msg({ type: "added", name }),
    removed: (name) => model.send_msg({ type: "removed", name }),
  })
  const remove = button("Remove…", "Take away this opinion, which was added on the page", () =>
    adding.askToRemove(state.opinion),
  )
  const add = button("Add an opinion…", "Add a table of a model’s predictions, or of another map’s classes", () =>
    model.send_msg({ type: "add" }),
  )
  const numbers = Object.fromEntries(SUMMARY.map(([name]) => [name, element("dd", {}, "…")]))
  const summary = element(
    "dl",
    { class: "summary" },
    ...SUMMARY.map(([name, title, what]) => element("div", { title: what }, element("dt", {}, title), numbers[name])),
  )
  const parts = radios("Part of the answer", PARTS, (value) => send({ part: value }))
  parts.classList.add("parts")

  // -- one part at a time -------------------------------------------------------------------------------------
  const values = radios("What the cells say", VALUES, (value) => send({ values: value }))
  const readout = element("span", { class: "readout" })
  const cross = makeCrossTable({
    say: (text) => {
      readout.textContent = text || "A click on a cell, a row or a column shows its samples on the map."
    },
    choose: (label, said) => model.send_msg({ type: "filter", label, said }),
  })
  const classes = makeTable("Scores of each class")
  const whose = choice("Whose calibration", [], "0", (value) => send({ code: Number(value) }))
  const curve = element("div", { class: "curve" })
  const bins = makeTable("Bins of the calibration curve")
  const error = element("span", { class: "readout" })
  const ofPart = choice(
    "Parts of the corpus",
    [
      ["country", "by country"],
      ["zone", "by UTM zone"],
      ["purity", "by purity of the label"],
      ["class", "by class of the label"],
    ],
    "country",
    (value) => send({ of_part: value }),
  )
  const partTable = makeTable("Agreement by part of the corpus")
  const other = choice("Compared with", [], "", (value) => send({ other: value }))
  const differ = button("Where they differ", "Show on the map the samples of which they name different classes", () =>
    model.send_msg({ type: "differ" }),
  )
  const verdict = element("p", { class: "verdict" })
  const measures = makeTable("Both models in all")
  const pairs = makeTable("Both models, class by class")
  const chosen = element("output", { "aria-live": "polite", "aria-label": "Samples that are chosen" })
  const chosenBar = element(
    "div",
    { class: "chosen", hidden: true },
    chosen,
    button("Table", "The chosen samples as a table", () => model.send_msg({ type: "table" })),
    button("Gallery", "The chosen samples as pictures", () => model.send_msg({ type: "gallery" })),
  )
  const views = {
    table: element("div", { class: "view" }, element("div", { class: "tools" }, values, readout), cross.box),
    classes: element("div", { class: "view" }, classes.box),
    calibration: element(
      "div",
      { class: "view" },
      element("div", { class: "tools" }, whose, error),
      element("div", { class: "halves" }, curve, bins.box),
    ),
    parts: element("div", { class: "view" }, element("div", { class: "tools" }, ofPart), partTable.box),
    two: element(
      "div",
      { class: "view" },
      element("div", { class: "tools" }, element("span", {}, "beside"), other, differ),
      verdict,
      measures.box,
      pairs.box,
    ),
  }
  measures.box.classList.add("low")
  const chart = makeChart(curve, {
    name: "calibration",
    label: "Calibration: how often the labels have what the model says, against how much it says",
    x: [0, 1],
    xText: (value) => `${Math.round(100 * value)} %`,
    yLabel: "so in the labels",
    parts: {
      ideal: lines,
      line: lines,
      dots: (c, at) =>
        dots({ x: c.x, y: c.y, fill: () => "var(--accent)", edge: () => "var(--panel)" }, at, {
          radius: 5,
          width: 1.2,
        }),
    },
    extents: { ideal: ({ ys }) => ys },
    fit: { from: 0, least: 1 },
  })

  // -- the foot -----------------------------------------------------------------------------------------------
  const about = element("p", { class: "about" })
  const python = element("pre", { tabindex: "0", role: "region", "aria-label": "The same in Python" })
  const told = element("p", { class: "told", role: "status" })
  const saves = /** @type {[string, string, string[]][]} */ ([
    ["judgement", "This part", ["csv", "png", "svg", "pdf"]],
    ["judged-samples", "Its samples", ["csv", "geojson", "gpkg", "parquet"]],
  ]).map(([what, title, formats]) =>
    element(
      "span",
      { class: "segments", role: "group", "aria-label": `Download: ${title.toLowerCase()}` },
      element("span", { class: "word" }, title),
      ...formats.map((format) => {
        const name = { geojson: "GeoJSON", gpkg: "GeoPackage", parquet: "GeoParquet" }[format] ?? format.toUpperCase()
        const label = `${title} as ${name}`
        const save = () => {
          told.textContent = `Writing ${name} …`
          model.send_msg({ type: "save", file: what, format })
        }
        return button(name, label, save, { "aria-label": label })
      }),
    ),
  )
  const files = element("span", { class: "files" }, ...saves)
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "Judge a model", hidden: true },
    element("header", {}, element("h2", {}, "Judge a model"), what, samples, source, close),
    element(
      "div",
      { class: "bar", role: "group", "aria-label": "What is compared" },
      opinion,
      groups,
      by,
      element("span", { class: "own" }, remove, add),
    ),
    summary,
    parts,
    ...Object.values(views),
    chosenBar,
    element("footer", {}, about, files, element("details", {}, element("summary", {}, "In Python"), python)),
    told,
  )
  el.append(panel, ...adding.dialogs)

  // -- where it is --------------------------------------------------------------------------------------------
  const back = makeReturn(panel)
  const place = () => {
    const map = mapBoxBeside(model)
    panel.classList.toggle("beside", Boolean(map))
    panel.style.setProperty("--beside", `${map ? map.right + 12 : 8}px`)
  }
  window.addEventListener("resize", () => !panel.hidden && place(), { signal: stop.signal })
  const closeIt = () => {
    if (panel.hidden) return
    back.closed()
    panel.hidden = true
    state = null
    for (const one of [cross, classes, bins, partTable, measures, pairs]) one.empty()
    for (const one of Object.values(numbers)) one.textContent = ""
    for (const part of ["line", "dots"]) chart.set(part, part === "line" ? NO_LINES : NO_DOTS)
    for (const one of [samples, source, what, about, python, verdict, error, told, readout]) one.textContent = ""
  }
  const NO_LINES = { xs: [], ys: [], colour: [] },
    NO_DOTS = { x: [], y: [] }
  const hide = () => {
    closeIt()
    model.send_msg({ type: "closed" })
  }
  keepKeys(panel, hide)
  const show = (data, what, draw) => {
    if (data.ticket !== state?.ticket) return
    for (const [name, view] of Object.entries(views)) view.hidden = name !== state.part
    draw()
    panel.classList.remove("busy")
    mark("judge-drawn", { ticket: data.ticket, part: what })
  }
  const classOf = (place) => state.classes[place]
  const named = (place) => ({ ...classOf(place), numbered: state.numbered })

  listen(model, {
    busy() {
      panel.classList.add("busy")
    },
    asked(data) {
      const opening = panel.hidden
      if (opening) back.opened()
      const same = state && ["opinion", "groups", "by"].every((key) => state[key] === data[key])
      state = data
      panel.hidden = false
      place()
      told.textContent = ""
      const n = data.samples.toLocaleString("en")
      samples.textContent =
        data.samples === data.of ? `${n} samples` : `${n} of ${data.of.toLocaleString("en")} samples have both`
      source.textContent = data.source
      source.title = data.source
      const chosenGroups = data.groupings.find((one) => one.value === data.groups)?.text ?? data.groups
      what.textContent = `${data.opinion}, ${chosenGroups}, by ${data.by === "largest" ? "largest class" : "fractions"}`
      if (!same) for (const one of Object.values(numbers)) one.textContent = "…"
      keepFocus(panel, () => {
        fill(
          opinion,
          data.opinions.includes(data.opinion)
            ? data.opinions.map((one) => [one, one])
            : [[data.opinion, data.opinion]],
          data.opinion,
        )
        fill(
          groups,
          data.groupings.map((one) => [one.value, one.text]),
          data.groups,
        )
        by.value = data.by
        check(parts, data.part)
        check(values, data.values)
        ofPart.value = data.of_part
        const real = data.classes.filter((one) => one.colour)
        fill(
          whose,
          [["0", "of the largest class"], ...real.map((one) => [String(one.code), `of ${one.title}`])],
          String(data.code),
        )
        const others = data.opinions.filter((one) => one !== data.opinion)
        fill(
          other,
          others.map((one) => [one, one]),
          data.other || others[0],
        )
      })
      add.hidden = !data.may_add
      remove.hidden = !data.may_remove
      chosenBar.hidden = data.chosen === null
      chosen.textContent =
        data.chosen === null ? "" : `${data.chosen.toLocaleString("en")} samples are chosen and on the map`
      about.textContent = [...data.notes, data.about].filter(Boolean).join(" ")
      python.textContent = data.python
      if (data.focus) opinion.focus({ preventScroll: true })
    },
    summary(data) {
      if (data.ticket !== state?.ticket) return
      for (const [name] of SUMMARY)
        numbers[name].textContent = name === "agreement" ? percentText(data[name]) : three(data[name])
      mark("judge-summary", { ticket: data.ticket })
    },
    cross(data) {
      show(data, "table", () => cross.draw(data, state))
    },
    classes(data) {
      show(data, "classes", () =>
        classes.draw(
          [
            { title: "Class", text: true },
            { title: "Labels", what: "Samples that the labels call so" },
            { title: "Model", what: "Samples that the model calls so" },
            { title: "Precision", bar: true },
            { title: "Recall", bar: true },
            { title: "F1", bar: true },
            { title: "AP", what: "Average precision", bar: true },
            { title: "Mean, labels", what: "Mean fraction in the labels" },
            { title: "Mean, model", what: "Mean fraction that the model says" },
            { title: "Error", what: "Mean of the absolute difference of fractions" },
          ],
          data.rows.map((row) => {
            const one = classOf(row.place)
            return {
              name: named(row.place),
              choose:
                one.colour && state.numbered
                  ? () => model.send_msg({ type: "filter", label: one.code, said: null })
                  : null,
              cells: [
                row.labelled,
                row.said,
                row.precision,
                row.recall,
                row.f1,
                row.average_precision,
                row.label_mean,
                row.opinion_mean,
                row.error,
              ],
              texts: [
                count(row.labelled),
                count(row.said),
                ...[
                  row.precision,
                  row.recall,
                  row.f1,
                  row.average_precision,
                  row.label_mean,
                  row.opinion_mean,
                  row.error,
                ].map(three),
              ],
            }
          }),
        ),
      )
    },
    calibration(data) {
      show(data, "calibration", () => {
        const there = data.bins.filter((one) => one.samples)
        chart.set("ideal", { xs: [[0, 1]], ys: [[0, 1]], colour: ["var(--axis)"], dash: ["dashed"] })
        chart.set("line", {
          xs: [there.map((one) => one.said)],
          ys: [there.map((one) => one.found)],
          colour: ["var(--accent)"],
          width: [2],
        })
        chart.set("dots", { x: there.map((one) => one.said), y: there.map((one) => one.found) })
        error.textContent = `Expected calibration error ${three(data.error)}. On the dashed line, what the model is so sure of is so often so.`
        bins.draw(
          [
            { title: "Said", text: true },
            { title: "Samples" },
            { title: "Mean said", bar: true },
            { title: "So in the labels", bar: true },
          ],
          data.bins.map((one) => ({
            name: { title: `${Math.round(100 * one.low)} to ${Math.round(100 * one.high)} %` },
            cells: [one.samples, one.said, one.found],
            texts: [count(one.samples), three(one.said), three(one.found)],
          })),
        )
      })
    },
    parts(data) {
      show(data, "parts", () =>
        partTable.draw(
          [
            {
              title: { country: "Country", zone: "UTM zone", purity: "Purity", class: "Class" }[state.of_part],
              text: true,
            },
            { title: "Samples" },
            { title: "Agreement", bar: true },
            { title: "Macro F1", bar: true },
            { title: "Disagreement", what: "Of fractions, mean", bar: true },
          ],
          data.rows.map((row) => ({
            name: { title: state.of_part === "zone" ? `${row.name.padStart(2, "0")}N` : row.name },
            choose: state.of_part === "class" ? null : () => model.send_msg({ type: "select", name: row.name }),
            cells: [row.samples, row.agreement, row.macro_f1, row.disagreement],
            texts: [count(row.samples), three(row.agreement), three(row.macro_f1), three(row.disagreement)],
          })),
        ),
      )
    },
    two(data) {
      show(data, "two", () => {
        other.value = data.other
        differ.setAttribute("aria-pressed", String(data.differ))
        const p = data.p_value < 0.0001 ? "p < 0.0001" : `p = ${data.p_value.toPrecision(2)}`
        verdict.textContent = `Of ${data.samples.toLocaleString("en")} samples that both speak of, ${state.opinion} alone has the label’s class in ${data.first_only.toLocaleString("en")}, ${data.other} alone in ${data.second_only.toLocaleString("en")} (McNemar’s test: ${p}).`
        const interval = `${Math.round(100 * data.confidence)} % interval`
        const row = (one) => ({
          cells: [one.first, one.second, one.difference, one.low],
          texts: [
            three(one.first),
            three(one.second),
            signed(one.difference),
            one.low === null ? "" : `${signed(one.low)} to ${signed(one.high)}`,
          ],
          telling: one.low > 0 || one.high < 0,
        })
        const heads = [
          { title: state.opinion, bar: true },
          { title: data.other, bar: true },
          { title: "Difference" },
          { title: interval, what: "Of the difference: paired bootstrap; bold where it leaves out 0" },
        ]
        measures.draw(
          [{ title: "In all", text: true }, ...heads],
          data.measures.map((one) => ({ name: { title: one.name }, ...row(one) })),
        )
        pairs.draw(
          [{ title: "F1 of class", text: true }, { title: "Labels" }, ...heads],
          data.rows.map((one) => {
            const rest = row(one)
            return {
              name: named(one.place),
              ...rest,
              cells: [one.labelled, ...rest.cells],
              texts: [count(one.labelled), ...rest.texts],
            }
          }),
        )
      })
    },
    hide() {
      closeIt()
      adding.close()
    },
    form: (data) => adding.open(data),
    file(data) {
      saveFile(data.name, new Blob([data.bytes], { type: data.media }))
      told.textContent = `${data.name} was written.`
    },
    trouble(data) {
      panel.classList.remove("busy")
      if (panel.hidden) {
        back.opened()
        panel.hidden = false
        place()
        close.focus({ preventScroll: true })
      }
      told.textContent = data.text
    },
  })
  model.on("remove", () => {
    stop.abort()
    adding.close()
    chart.remove()
  })
  model.send_msg({ type: "ready" })
}

const percentText = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`)
