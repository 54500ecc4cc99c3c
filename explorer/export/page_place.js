// Where the sample is and what its labels are; the samples to choose from.

/** @import { Label, Model, Sample } from "./page_model.js" */
/** @import { Selection } from "./page_selection.js" */

import { button, byId, element, percent, svg, swatch } from "./page_dom.js"

/**
 * @param {Selection} selection
 * @param {Model} model
 */
export const showPlace = (selection, model) => {
  const { state } = selection

  /** @param {Sample} one */
  const choiceOf = (one) => {
    const node = button(`Sample ${one.id}`, "", () => selection.openSample(one.id), {
      "aria-pressed": String(one === state.sample),
    })
    node.append(swatch(one.labels[0]?.hex ?? "#82909a"), one.id)
    return node
  }
  /** @param {Sample} sample */
  const mapOf = ({ dot: [cx, cy], place }) =>
    svg(
      "svg",
      { viewBox: model.europe.box, role: "img", "aria-label": `Europe; the sample is at ${place}` },
      svg("path", { d: model.europe.path }),
      svg("circle", { cx, cy, r: 17, fill: "none", stroke: "#d6006c", "stroke-width": 9 }),
    )
  /** @param {Label} label */
  const barOf = ({ code, title, hex, fraction }) => {
    const bar = swatch(hex)
    bar.style.width = `${100 * fraction}%`
    return element(
      "li",
      {},
      element("span", { class: "name", title }, element("b", {}, String(code)), ` ${title}`),
      element("span", { class: "percent" }, percent(fraction)),
      element("span", { class: "track" }, bar),
    )
  }
  const row = (/** @type {string} */ name, /** @type {string} */ value) => [
    element("dt", {}, name),
    element("dd", {}, value),
  ]

  const draw = () => {
    const { sample } = state
    const [largest] = sample.labels
    byId("samples").replaceChildren(...model.samples.map(choiceOf))
    byId("where").textContent = `${largest ? `${largest.title} ${percent(largest.fraction)} · ` : ""}${sample.place}`
    byId("place").replaceChildren(
      element("h2", {}, "Place"),
      element(
        "div",
        { class: "place" },
        element(
          "dl",
          {},
          ...row("Sample", sample.id),
          ...row("Centre", sample.place),
          ...row("Footprint", sample.footprint),
          ...row("Grid", sample.grid),
        ),
        mapOf(sample),
      ),
    )
    byId("labels").replaceChildren(
      element(
        "h2",
        {},
        "Labels",
        element("small", {}, "share of the 600 m cell"),
        element("small", { class: "right" }, model.labelSource),
      ),
      sample.labels.length
        ? element("ul", { class: "bars", tabindex: 0 }, ...sample.labels.map(barOf))
        : element("span", { class: "muted" }, "This sample has no label"),
    )
  }
  selection.on(["sample"], draw)
}
