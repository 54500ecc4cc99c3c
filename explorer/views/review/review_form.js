// How a review begins: which samples, by whom, blind or not, and what a random draw will be able to tell.

import { composes, element, mark, numberInput } from "../../browser/shared.js"
import { makeClassField } from "./class_search.js"
import { sayBlind } from "./review_kept.js"

/** @param {{ kept: any, send: import("../messages").Model<"ReviewPanel">["send_msg"] }} parts */
export const makeReviewForm = ({ kept, send }) => {
  const button = (text, action, extra = {}) => element("button", { type: "button", onclick: action, ...extra }, text)
  const PLACE = "rapidai4eo-reviewer",
    UNDER_WAY = "rapidai4eo-review" // where this browser keeps the reviewer's name, and the review that goes on
  const stored = (place) => {
    try {
      return localStorage.getItem(place) ?? ""
    } catch {
      return ""
    }
  }
  const store = (place, text) => {
    try {
      localStorage.setItem(place, text)
    } catch {
      /* private windows forget */
    }
  }
  let setup = { kinds: [], classes: [], strata: [], opinions: [] },
    resume = "",
    touched = false,
    hides = false

  const kind = element("select", { "aria-label": "Which samples" })
  const about = element("p", { class: "about" })
  const classField = (label, placeholder) =>
    makeClassField({
      label,
      placeholder,
      classes: () => setup.classes,
      stays: true,
      act: () => {},
      none: (text, found) => {
        trouble.textContent = found.length
          ? `“${text}” can be several classes: choose one of the list.`
          : `No class is called “${text.slice(0, 40)}”.`
      },
    })
  const ofClass = classField("Class by name or code", "class by name or code")
  const opinion = element("select", { "aria-label": "Opinion that is compared with the labels" })
  const label = classField("Labelled, class by name or code", "any class")
  const said = classField("The opinion says, class by name or code", "any class")
  const count = numberInput({ min: 1, max: 100000, step: 1, value: 100, "aria-label": "Number of samples" })
  const seed = numberInput({ min: 0, max: 999999, step: 1, value: 0, "aria-label": "Seed of the draw" })
  const strata = element("select", { "aria-label": "Strata of the draw" })
  const allocation = element(
    "select",
    { "aria-label": "Allocation to the strata" },
    ...["proportional", "equal", "neyman"].map((value) =>
      element("option", { value }, value === "neyman" ? "Neyman" : value),
    ),
  )
  const ids = element("textarea", {
    rows: 3,
    placeholder: "sample ids, one a line",
    "aria-label": "Sample ids",
    spellcheck: "false",
  })
  const name = element("input", {
    maxlength: 80,
    placeholder: "your name or initials",
    "aria-label": "Reviewer",
    autocomplete: "off",
  })
  const blind = element("input", { type: "checkbox" })
  const trouble = element("p", { class: "trouble", role: "alert" })
  const told = element("div", { class: "forecast", role: "status", hidden: true })
  const field = (text, ...inputs) => element("label", { class: "field" }, element("span", {}, text), ...inputs)
  const fields = {
    opinion: field("Opinion", opinion),
    label: field("Labelled", label.box),
    said: field("It says", said.box),
    class: field("Class", ofClass.box),
    count: field("How many", count),
    strata: field("Strata", strata),
    allocation: field("Allocation", allocation),
    seed: field("Seed", seed),
    ids: field("Ids", ids),
  }
  const cancel = button("Cancel", () => send({ type: "close" }))
  const form = element(
    "form",
    { class: "begin", "aria-label": "Begin a review" },
    field("Samples", kind),
    about,
    ...Object.values(fields),
    field("Reviewer", name),
    element("label", { class: "check" }, blind, "Blind: hide the label, the map and others' verdicts until mine is in"),
    told,
    element(
      "div",
      { class: "end" },
      trouble,
      element("div", { class: "buttons" }, element("button", { type: "submit", class: "main" }, "Begin"), cancel),
    ),
  )

  const needs = () => setup.kinds.find(({ id }) => id === kind.value)?.needs ?? []
  const showKind = () => {
    about.textContent = kind.value === "resume" ? "" : (setup.kinds.find(({ id }) => id === kind.value)?.text ?? "")
    for (const [id, node] of Object.entries(fields)) node.hidden = !needs().includes(id)
    for (const [id, input] of Object.entries({ count, seed })) input.disabled = fields[id].hidden // what is not asked for holds nothing up
    if (kind.value === "random") blind.checked = true
    else if (kind.value !== "resume") blind.checked = hides
    told.hidden = true
    ask()
  }
  const content = () => ({
    kind: kind.value,
    class: ofClass.input.value,
    opinion: opinion.value,
    label: label.input.value,
    said: said.input.value,
    count: Number(count.value),
    seed: Number(seed.value),
    strata: strata.value,
    allocation: allocation.value,
  })

  // --- what the draw can tell -------------------------------------------------------------------------------------
  let timer = 0
  const ask = () => {
    clearTimeout(timer)
    if (kind.value !== "random" || form.hidden) return
    timer = setTimeout(() => send({ type: "forecast", ...content() }), 250)
  }
  for (const input of [count, seed, allocation]) input.addEventListener("change", ask)
  count.addEventListener("input", ask)
  strata.addEventListener("change", () => {
    touched = true
    ask()
  })
  const forecast = (/** @type {import("../messages").Told["ReviewPanel"]["forecast"]} */ data) => {
    told.hidden = kind.value !== "random"
    if (data.problem) {
      told.replaceChildren(element("p", { class: "trouble" }, data.problem))
      return
    }
    if (!touched && strata.value !== data.advised) {
      strata.value = data.advised
      ask()
      return
    }
    for (const option of strata.options) {
      const one = data.options.find(({ value }) => value === option.value)
      option.textContent = setup.strata.find(({ value }) => value === option.value).text + (one ? `: ${one.text}` : "")
    }
    const own = data.options.find(({ value }) => value === data.chosen)
    const offers = []
    if (!data.works) {
      if (own?.enough)
        offers.push(
          button(
            `Draw ${own.enough.toLocaleString("en")}`,
            () => {
              count.value = own.enough
              ask()
            },
            { title: "The least size with which every stratum gets enough" },
          ),
        )
      if (data.advised !== data.chosen)
        offers.push(
          button(
            `Take ${setup.strata.find(({ value }) => value === data.advised)?.text ?? data.advised}`,
            () => {
              strata.value = data.advised
              touched = true
              ask()
            },
            { title: "The finest strata of which each gets enough with this size" },
          ),
        )
    }
    const half = (value) => (value === null ? "" : value === 0 ? "all of it" : `± ${(100 * value).toFixed(0)} %`)
    told.replaceChildren(
      element("p", {}, data.sentence),
      ...data.notes.map((text) => element("p", { class: "hint" }, text)),
      ...(offers.length ? [element("div", { class: "buttons" }, ...offers)] : []),
      element(
        "details",
        { open: !data.works && data.strata.length <= 8 && window.innerHeight > 820 },
        element("summary", {}, `${data.strata.length} strata`),
        element(
          "div",
          { class: "scroll", tabindex: "0", role: "region", "aria-label": "Strata of the draw" },
          element(
            "table",
            {},
            element(
              "thead",
              {},
              element(
                "tr",
                {},
                ...["Stratum", "Samples", "Drawn", "Expected"].map((text) => element("th", { scope: "col" }, text)),
              ),
            ),
            element(
              "tbody",
              {},
              ...data.strata.map((row) =>
                element(
                  "tr",
                  { class: row.few ? "few" : "" },
                  element("td", { title: row.title }, row.title),
                  element("td", {}, row.size.toLocaleString("en")),
                  element("td", {}, row.drawn.toLocaleString("en")),
                  element("td", {}, row.few ? `${half(row.half)}, too few` : half(row.half)),
                ),
              ),
            ),
          ),
        ),
      ),
    )
    mark("forecast-shown", { chosen: data.chosen, works: data.works })
  }

  // --- beginning --------------------------------------------------------------------------------------------------
  kind.addEventListener("change", showKind)
  const begin = (more) => {
    trouble.textContent = "Opening the queue …"
    send({
      type: "begin",
      ...content(),
      resume: "",
      ids: ids.value.slice(0, 2000000),
      reviewer: name.value.trim(),
      blind: blind.checked,
      given: kept.given(),
      ...more,
    })
  }
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !hides) {
      send({ type: "close" })
      event.preventDefault()
    }
    if (event.key !== "Enter" || event.defaultPrevented || event.target.tagName !== "INPUT") return
    // In JupyterLab the browser does not send a form by itself.
    event.preventDefault()
    if (event.repeat || composes(event)) return
    event.target.dispatchEvent(new Event("change", { bubbles: true })) // a number that is none is said, and nothing begins
    form.requestSubmit()
  })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    if (!setup.fixed && !name.value.trim()) {
      trouble.textContent = "Say who reviews: every verdict carries a name."
      name.focus()
      return
    }
    store(PLACE, name.value.trim())
    begin({ resume: kind.value === "resume" ? resume : "" })
  })

  return {
    form,
    trouble,
    forecast,
    setup(/** @type {import("../messages").Told["ReviewPanel"]["setup"]} */ data) {
      setup = data
      hides = data.blind
      touched = false
      // Another tab of this browser is in a blind review: its queue is offered here.
      let other = {}
      try {
        other = JSON.parse(stored(UNDER_WAY)) ?? {}
      } catch {
        /* none */
      }
      const own = data.blind && !data.resume && typeof other.resume === "string" ? other.resume : ""
      resume = data.resume || own
      kind.replaceChildren(
        ...data.kinds.map(({ id, title: text, off }) =>
          element("option", { value: id, disabled: Boolean(off) }, off ? `${text} (${off})` : text),
        ),
      )
      if (resume)
        kind.prepend(
          element(
            "option",
            { value: "resume" },
            data.resume ? "The queue of this link" : "The blind review that is under way",
          ),
        )
      kind.value = resume ? "resume" : data.kinds.find(({ off }) => !off)?.id
      strata.replaceChildren(...data.strata.map(({ value, text }) => element("option", { value }, text)))
      strata.value = "1"
      opinion.replaceChildren(...data.opinions.map((one) => element("option", { value: one }, one)))
      if (data.opinions.includes(data.opinion)) opinion.value = data.opinion
      name.value = data.reviewer || stored(PLACE)
      name.disabled = data.fixed
      cancel.textContent = data.blind ? "End the blind review, show labels" : "Cancel"
      form.hidden = false
      showKind()
      blind.checked = Boolean(data.blind) || kind.value === "random"
      trouble.textContent =
        data.trouble ||
        (own
          ? "A blind review is under way in this browser: labels are hidden in all of its tabs until it is ended."
          : "")
      // A link to a queue: whoever is known goes on at once.
      if (data.resume && (data.fixed || name.value)) begin({ resume: data.resume })
      ;(data.trouble || data.fixed || name.value ? kind : name).focus({ preventScroll: true })
    },
    // The review goes on: what another tab, or this one after a reload, has to know.
    goesOn(/** @type {import("../messages").Told["ReviewPanel"]["work"]} */ data) {
      sayBlind(data.blind)
      store(UNDER_WAY, data.blind ? JSON.stringify({ resume: data.resume }) : "")
    },
    ended() {
      sayBlind(false)
      store(UNDER_WAY, "")
    },
    again: begin,
  }
}
