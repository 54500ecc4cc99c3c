// The map's two popovers: filters, and how it looks. Each control says one change; the server answers with the state.

import { element, numberInput } from "../../browser/shared.js"

const LACKING = "Not known yet; compute it with: python -m explorer score CORPUS"
const group = (title, ...children) => element("fieldset", {}, element("legend", {}, title), ...children)

const choices = (title, name, options, send) => {
  const row = element("div", { class: "segments", role: "radiogroup", "aria-label": title })
  const why = element("div")
  for (const [value, text] of Object.entries(options))
    row.append(
      element("button", { type: "button", role: "radio", "data-value": value, onclick: () => send(name, value) }, text),
    )
  return {
    node: group(title, row, why),
    set: (value, off = {}) => {
      for (const button of /** @type {any} */ (row.children)) {
        const lacking = off[button.dataset.value] ?? ""
        button.setAttribute("aria-checked", String(button.dataset.value === value))
        button.disabled = Boolean(lacking)
        button.title = lacking
      }
      why.replaceChildren(...[...new Set(Object.values(off))].map((text) => element("p", { class: "hint" }, text)))
    },
  }
}

// Which opinion is beside the label, and on the map where that draws one.
const opinionChoice = (send) => {
  const select = element("select", { "aria-label": "Opinion on the map and beside the label" })
  select.addEventListener("change", () => send("opinion", select.value))
  const node = element("label", { class: "row" }, "Opinion", select)
  return {
    node,
    set({ opinions, opinion }) {
      node.hidden = !opinions.length
      select.replaceChildren(
        element("option", { value: "" }, "none"),
        ...opinions.map((name) => element("option", { value: name }, name)),
      )
      select.value = opinions.includes(opinion) ? opinion : ""
    },
  }
}

export const lookPopover = (send) => {
  const node = element("div", { class: "popover look", role: "dialog", "aria-label": "Map layers", hidden: true })
  const made = /** @type {Record<string, any>} */ ({})
  const opinion = opinionChoice(send)
  const hint = element("p", { class: "hint" }, "Online basemaps: start with --tiles.")
  node.append(hint)
  const titles = {
    shade: "Show",
    palette: "Class colours",
    theme: "Theme",
    base: "Basemap",
    names: "Names of places",
    ground: "Seen on the ground",
  }
  const credits = element("div")
  return {
    node,
    set(/** @type {import("../messages").Told["MapTools"]["state"]} */ state) {
      for (const [name, options] of Object.entries(state.looks)) {
        if (made[name] || !Object.keys(options).length) continue // some come later, as when places are added
        made[name] = choices(titles[name], name, options, send)
        hint.before(made[name].node)
        if (name === "shade") made[name].node.append(opinion.node)
        if (name === "ground") made[name].node.append(credits)
      }
      hint.hidden = Boolean(made.base)
      for (const [name, choice] of Object.entries(made)) choice.set(state.look[name], name === "shade" ? state.off : {})
      opinion.set(state)
    },
    /** Whom to name for what is marked, and what cannot be read. */
    setGround(/** @type {import("../messages").Told["MapTools"]["ground"]} */ found) {
      credits.replaceChildren(
        ...[...found.credits, ...found.problems].map((text) => element("p", { class: "hint" }, text)),
      )
    },
  }
}

// What somebody is typing into is left alone: the state that comes meanwhile is that of a moment ago.
const fillIn = (input, value) => {
  if (!input.matches(":focus, [aria-invalid]")) input.value = value
}

/**
 * How many conditions the filters have, as many as there are chips of them; a class that the legend isolates is shown there, and its limits go with a class.
 * @param {Record<string, any>} filters
 */
export const filterCount = (filters) =>
  Object.entries(filters).filter(([name, value]) => {
    if (name === "largest") return false
    if (["min_fraction", "max_fraction"].includes(name) && filters.classes?.length) return false
    return name === "max_fraction" ? value < 1 : Array.isArray(value) ? value.length : value
  }).length

const numberField = (label, attributes, change) => {
  const input = numberInput({ "aria-label": label, ...attributes })
  input.addEventListener("change", change)
  return input
}

// From and to, in percent or as counts; empty is no limit.
const rangeFields = (title, name, low, high, scale, send, lacking = "") => {
  const change = () => {
    const value = (input, limit) =>
      input.value === "" || input.matches("[aria-invalid]") ? limit : Number(input.value)
    const [a, b] = [value(from, low), value(to, high)].sort((p, q) => p - q)
    send({ [name]: a <= low && b >= high ? null : [a / scale, b / scale] })
  }
  const step = scale === 1 ? 1 : 5
  const from = numberField(`${title}, from`, { min: low, max: high, step, placeholder: low }, change)
  const to = numberField(`${title}, to`, { min: low, max: high, step, placeholder: high }, change)
  from.disabled = to.disabled = Boolean(lacking)
  return {
    node: group(
      title,
      element("div", { class: "range" }, from, "to", to, scale === 1 ? "" : "%"),
      ...(lacking ? [element("p", { class: "hint" }, lacking)] : []),
    ),
    set(value) {
      fillIn(from, value && value[0] * scale > low ? Math.round(value[0] * scale * 10) / 10 : "")
      fillIn(to, value && value[1] * scale < high ? Math.round(value[1] * scale * 10) / 10 : "")
    },
  }
}

const checkList = (title, name, options, send, small = false) => {
  const boxes = options.map(([value, text]) => {
    const box = element("input", { type: "checkbox" })
    box.value = value
    box.addEventListener("change", () => send({ [name]: boxes.filter((b) => b.box.checked).map((b) => b.value) }))
    return { box, value, label: element("label", {}, box, text) }
  })
  const list = element("div", { class: small ? "checks small" : "checks" }, ...boxes.map((b) => b.label))
  return {
    node: group(title, list),
    set(values) {
      for (const { box, value } of boxes) box.checked = values.some((v) => String(v) === String(value))
    },
  }
}

const classSelect = (label, classes) => {
  const select = element("select", { "aria-label": label }, element("option", { value: "" }, "any class"))
  for (const level of [1, 2, 3]) {
    const options = element("optgroup", { label: `Level ${level}` })
    for (const c of classes.filter((one) => one.level === level))
      options.append(element("option", { value: c.code }, `${c.code} ${c.title}`))
    select.append(options)
  }
  return select
}

const classField = (classes, send) => {
  const select = classSelect("Contains the class", classes)
  let codes = [],
    most = 1
  const change = () =>
    send({
      classes: select.value === "" ? [] : select.value === "several" ? codes : [Number(select.value)],
      min_fraction: Math.min(Math.max(Number(share.value) || 0, 0), 100) / 100,
      max_fraction: select.value === "several" ? most : 1,
    })
  const share = numberField("Minimum fraction in percent", { min: 0, max: 100, step: 5, placeholder: 0 }, change)
  select.addEventListener("change", change)
  return {
    node: group("Minimum fraction", element("div", { class: "range" }, "≥", share, "% of", select)),
    set(filters) {
      codes = filters.classes
      most = filters.max_fraction
      select.querySelector("option[value=several]")?.remove()
      if (codes.length > 1) select.append(element("option", { value: "several" }, `${codes.length} classes`))
      select.value = codes.length > 1 ? "several" : (codes[0] ?? "")
      fillIn(share, filters.min_fraction ? Math.round(filters.min_fraction * 1000) / 10 : "")
    },
  }
}

// Fields of several conditions.
const WHOLE = new Set(["classes", "opinions"])

// What opinions say: conditions are texts that begin with the opinion's name, `NAME:0.3-1`; those of others stay as they are.
const opinionFields = (opinions, classes, send) => {
  const chosen = element(
    "select",
    { "aria-label": "Opinion" },
    ...opinions.map((name) => element("option", { value: name }, name)),
  )
  let filters = null
  const own = (condition) => filters?.[condition].find((text) => text.split(":")[0] === chosen.value)?.split(":") ?? []
  const put = (condition, ...parts) =>
    send({
      [condition]: [
        ...filters[condition].filter((text) => text.split(":")[0] !== chosen.value),
        ...(parts[0] ? [[chosen.value, ...parts].join(":").replace(/:+$/, "")] : []),
      ],
    })
  const limit = (input, otherwise) =>
    input.value === "" || input.matches("[aria-invalid]") ? otherwise : Number(input.value)
  const changeLimits = () => {
    const [a, b] = [limit(from, 0), limit(to, 100)].sort((p, q) => p - q)
    put("disagreement", a <= 0 && b >= 100 ? "" : `${a / 100}-${b / 100}`, own("disagreement")[2] ?? "")
  }
  const attributes = { min: 0, max: 100, step: 5 }
  const from = numberField("Differs from the label, from percent", { ...attributes, placeholder: 0 }, changeLimits)
  const to = numberField("Differs from the label, to percent", { ...attributes, placeholder: 100 }, changeLimits)
  const says = classSelect("The opinion says", classes)
  says.addEventListener("change", () =>
    put("says", ...(says.value === "several" ? own("says").slice(1) : [says.value])),
  )
  const differ = element("select", { "aria-label": "The class differs from" })
  differ.addEventListener("change", () =>
    send({
      differ: [
        ...filters.differ.filter((text) => text.split(":")[0] !== chosen.value),
        ...(differ.value === "" ? [] : [differ.value === "label" ? chosen.value : `${chosen.value}:${differ.value}`]),
      ],
    }),
  )
  const show = () => {
    if (!filters) return
    const [low, high] = (own("disagreement")[1] ?? "0-1").split("-").map((text) => 100 * Number(text))
    fillIn(from, low > 0 ? Math.round(low * 10) / 10 : "")
    fillIn(to, high < 100 ? Math.round(high * 10) / 10 : "")
    says.querySelector("option[value=several]")?.remove()
    const said = own("says")[1] ?? ""
    const known = [...says.options].some((option) => option.value === said)
    if (!known) says.append(element("option", { value: "several" }, "several classes"))
    says.value = known ? said : "several"
    const others = opinions.filter((name) => name !== chosen.value)
    differ.replaceChildren(
      element("option", { value: "" }, "any"),
      element("option", { value: "label" }, "the label"),
      ...others.map((name) => element("option", { value: name }, name)),
    )
    const parts = own("differ")
    differ.value = parts.length ? parts[1] || "label" : ""
  }
  chosen.addEventListener("change", show)
  return {
    node: group(
      "Opinion",
      chosen,
      element("div", { class: "range" }, "differs from the label by", from, "to", to, "%"),
      element("label", { class: "row" }, "says", says),
      element("label", { class: "row" }, "class differs from", differ),
    ),
    set(next) {
      filters = next
      const asked = [...next.disagreement, ...next.says, ...next.differ].map((text) => text.split(":")[0])
      if (asked.length && !asked.includes(chosen.value) && opinions.includes(asked[0])) chosen.value = asked[0]
      show()
    },
  }
}

export const filterPopover = (send) => {
  const waiting = element("p", { class: "hint" }, "Finding out what there is to filter by …")
  const body = element("div", { class: "fields" }, waiting)
  const clear = element("button", { type: "button", onclick: () => send(null) }, "Clear all")
  const node = element(
    "div",
    { class: "popover filter", role: "dialog", "aria-label": "Filters", hidden: true },
    body,
    element("p", { class: "hint" }, "A click in the legend isolates a class."),
    clear,
  )
  let fields = null,
    state = null,
    offered = ""
  const set = (/** @type {import("../messages").Told["MapTools"]["state"]} */ next) => {
    state = next
    if (!fields) return
    for (const [name, field] of Object.entries(fields))
      field.set(WHOLE.has(name) ? state.filters : (state.filters[name] ?? []))
  }
  return {
    node,
    set,
    options(/** @type {import("../messages").Told["MapTools"]["options"]} */ found) {
      if (JSON.stringify(found) === offered) return
      offered = JSON.stringify(found)
      fields = {
        classes: classField(found.classes, send),
        purity: rangeFields("Purity (largest class)", "purity", 0, 100, 100, send),
        mixture: rangeFields("Number of classes", "mixture", 0, 44, 1, send),
        countries: checkList(
          "Country",
          "countries",
          found.countries.map((n) => [n, n]),
          send,
        ),
        zones: checkList(
          "UTM zone",
          "zones",
          found.zones.map((z) => [z, `${String(z).padStart(2, "0")}N`]),
          send,
          true,
        ),
      }
      if (found.imagery.length)
        fields.imagery = checkList(
          "Imagery at hand",
          "imagery",
          found.imagery.map((p) => [p, p]),
          send,
          true,
        )
      if (found.review.length)
        fields.review = checkList(
          "Review",
          "review",
          found.review.map((r) => [r, r === "none" ? "not reviewed" : r]),
          send,
        )
      fields.change = rangeFields("Cover lost 2018 to 2019", "change", 0, 100, 100, send, found.change ? "" : LACKING)
      if (found.opinions.length) fields.opinions = opinionFields(found.opinions, found.classes, send)
      if (found.suspicion) fields.suspicion = rangeFields("Suspicion", "suspicion", 0, 100, 100, send)
      body.replaceChildren(...Object.values(fields).map((field) => field.node))
      if (state) set(state)
    },
  }
}
