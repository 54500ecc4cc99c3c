// The end of a review: what was found, what is left, and what could be next.

import { element, mark, mayTakeFocus } from "../../browser/shared.js"

export const makeClosing = ({ begin, back, report }) => {
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text)
  const title = element("h3", { tabindex: "-1" }, "What this review has found"),
    content = element("div", { class: "content" })
  const page = element(
    "section",
    { class: "closing", "aria-label": "What this review has found", hidden: true },
    title,
    content,
  )
  const part = (name, lines) =>
    lines.length ? [element("h4", {}, name), element("ul", {}, ...lines.map((line) => element("li", {}, line)))] : []
  return {
    page,
    hide() {
      page.hidden = true
    },
    show(/** @type {import("../messages").Told["ReviewPanel"]["closing"]} */ data, /** @type {string} */ told) {
      const next = data.next.map(({ text, why, resume }) =>
        element(
          "span",
          {},
          button(text, () => begin(resume), { class: "main" }),
          ` ${why}`,
        ),
      )
      if (data.disputed)
        next.unshift(
          element(
            "span",
            {},
            button("Decide disagreements", () => begin("", "disputed"), { class: "main" }),
            ` ${data.disputed.toLocaleString("en")} of them`,
          ),
        )
      if (data.unsure.length)
        next.push(
          element(
            "span",
            {},
            button("Look at the unsure ones again", () => begin(`ids:${data.unsure.join(".")}`)),
            ` ${data.unsure.length.toLocaleString("en")} of them`,
          ),
        )
      content.replaceChildren(
        element("p", { role: "status" }, told),
        ...(data.estimate ? [element("p", { class: "estimate" }, data.estimate)] : []),
        ...part("Found", data.found),
        ...part("Left", data.left.length ? data.left : ["Nothing: every sample has a verdict, and none is open."]),
        ...part("To know about it", data.notes),
        ...part("Next", next),
        element(
          "div",
          { class: "buttons" },
          button("Accuracy report", report, { class: "main" }),
          button("Back to the samples", back),
        ),
      )
      page.hidden = false
      if (mayTakeFocus(page)) title.focus({ preventScroll: true })
      mark("closing-shown", {})
    },
  }
}
