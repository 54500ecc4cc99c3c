// The story: its step's note, and the way to the others.

/** @import { Story } from "./page_model.js" */
/** @import { Selection } from "./page_selection.js" */

import { button, byId, element, icon } from "./page_dom.js"

/** @param {string} html Made from Markdown without raw HTML, before it came into the page. */
const prose = (html) => {
  const node = element("div")
  node.innerHTML = html
  return node
}

/**
 * @param {Selection} selection
 * @param {Story} story
 */
export const showStory = (selection, story) => {
  const { state } = selection
  const last = story.states.length - 1

  const draw = () => {
    const host = byId("story")
    const { title, note, presenter, play } = story.states[state.step]
    host.hidden = false
    host.replaceChildren(
      element(
        "h2",
        {},
        "Story",
        element("small", {}, story.author),
        element("small", { class: "right" }, `${state.step + 1} of ${last + 1}`),
      ),
      element(
        "div",
        { class: "note", tabindex: 0 },
        element("h3", {}, title),
        prose(note),
        play?.motion === "hold"
          ? element(
              "p",
              { class: "held" },
              element("kbd", {}, "←"),
              " ",
              element("kbd", {}, "→"),
              " step through the dates",
            )
          : null,
        presenter
          ? element("aside", { class: "presenter" }, element("b", {}, "For the speaker"), prose(presenter))
          : null,
      ),
      element(
        "div",
        { class: "row" },
        button("Previous step", icon("previous"), () => selection.goTo(state.step - 1), { disabled: state.step === 0 }),
        element(
          "div",
          { class: "steps" },
          ...story.states.map((one, i) =>
            button(`Step ${i + 1}: ${one.title}`, "", () => selection.goTo(i), {
              "aria-current": i === state.step ? "step" : null,
            }),
          ),
        ),
        button("Next step", icon("next"), () => selection.goTo(state.step + 1), { disabled: state.step === last }),
      ),
    )
  }
  selection.on(["step"], draw)
}
