// What the picture shows and how it is stretched: a small panel, and the legend of the colours.

import { element, numberInput } from "../../browser/shared.js"
import { entriesOf, makeMenuField } from "../common/combobox.js"

/**
 * @param {{
 *   send: (type: any, value: string) => void, button: Function,
 *   sendCover: (name: string, opacity: number) => void, fadeCover: (opacity: number) => void,
 *   sendGround: (shown: boolean) => void,
 * }} options `fadeCover` hears of the opacity (percent) of the land cover while it is moved, `sendCover` where it comes to rest.
 */
export const makeLook = ({ send, button, sendCover, fadeCover, sendGround }) => {
  const MODES = [
    ["natural", "Natural colour"],
    ["vivid", "Vivid: each band by itself"],
    ["frame", "Each date by itself"],
    ["range", "Reflectance range"],
  ]
  let entries = [], // of the menu
    chosen = "" // a composite, band or index; nothing where a formula is shown
  const list = makeMenuField({
    label: "Shown in the image",
    listed: "Composites, bands and indices",
    placeholder: "formula …",
    take: (value) => send("composite", value),
    unknown(text) {
      problem.textContent = `No composite, band or index is called “${text.slice(0, 40)}”.`
    },
  })
  const formula = element("input", {
    type: "text",
    placeholder: "(nir - red) / (nir + red)",
    "aria-label": "Formula over band names: blue, green, red, nir",
    spellcheck: "false",
    maxlength: 200,
  })
  const mode = element(
    "select",
    { "aria-label": "Stretch" },
    ...MODES.map(([value, text]) => element("option", { value }, text)),
  )
  const low = numberInput({ step: "0.01", "aria-label": "Lowest value of the range" })
  const high = numberInput({ step: "0.01", "aria-label": "Highest value of the range" })
  const gamma = element("input", { type: "range", min: 0.5, max: 2.5, step: 0.05, "aria-label": "Gamma" })
  const gammaText = element("output")
  const same = element("input", { type: "checkbox", "aria-label": "One stretch for Planet Fusion and Sentinel-2" })
  const layer = element(
    "select",
    { "aria-label": "Quality overlay", disabled: true },
    element("option", { value: "" }, "no quality layers"),
  )
  layer.addEventListener("change", () => send("overlay", layer.value))
  const cover = element("select", { "aria-label": "Land cover over the pictures" })
  const opacity = element("input", {
    type: "range",
    min: 0,
    max: 100,
    step: 5,
    "aria-label": "Opacity of the land cover",
  })
  const opacityText = element("output")
  const coverField = element("label", { class: "field", hidden: true }, "Land cover", cover)
  const opacityField = element("label", { class: "field", hidden: true }, "Opacity", opacity, opacityText)
  const ground = element("input", { type: "checkbox" })
  const groundField = element(
    "label",
    { class: "check", hidden: true, title: "Points and polygons that people saw on the ground of this sample" },
    ground,
    "What was seen on the ground",
  )
  ground.addEventListener("change", () => sendGround(ground.checked))
  const problem = element("div", { class: "problem", role: "alert" })
  const note = element("div", { class: "formula" })
  const range = element("div", { class: "row" }, element("label", {}, "from ", low), element("label", {}, "to ", high))
  const panel = element(
    "div",
    { class: "look-panel", hidden: true, role: "dialog", "aria-label": "Picture settings" },
    element("div", { class: "field" }, "Show", list.box),
    element("label", { class: "field" }, "or a formula", formula),
    note,
    element("label", { class: "field" }, "Stretch", mode),
    range,
    element(
      "label",
      {
        class: "check",
        title: "Black and white mean the same reflectance in both panels, as long as both show the same",
      },
      same,
      "Same for both sensors",
    ),
    element("label", { class: "field" }, "Gamma", gamma, gammaText),
    element("label", { class: "field" }, "Quality", layer),
    coverField,
    opacityField,
    groundField,
    problem,
  )
  const toggle = button("Picture settings", "More ▾", () => open(panel.hidden), {
    "aria-expanded": "false",
    "aria-haspopup": "dialog",
  })
  const legend = element("div", { class: "legend", hidden: true })

  const open = (value) => {
    panel.hidden = !value
    toggle.setAttribute("aria-expanded", String(value))
    if (value) list.input.focus()
    else toggle.focus()
  }
  panel.addEventListener("keydown", (event) => {
    event.stopPropagation() // its keys are not the animation's
    if (event.key === "Escape") open(false)
  })
  let covers = /** @type {string[]} */ ([])
  const showOpacity = () => {
    opacityText.textContent = `${opacity.value} %`
    opacityField.hidden = !cover.value
  }
  const listCovers = (chosen) => {
    coverField.hidden = !covers.length && !chosen
    const known = !chosen || covers.includes(chosen) ? covers : [...covers, chosen]
    cover.replaceChildren(
      element("option", { value: "" }, "not shown"),
      ...known.map((name) => element("option", { value: name }, name)),
    )
    cover.value = chosen
  }
  cover.addEventListener("change", () => {
    showOpacity()
    sendCover(cover.value, Number(opacity.value))
  })
  opacity.addEventListener("input", () => {
    showOpacity()
    fadeCover(Number(opacity.value))
  })
  opacity.addEventListener("change", () => sendCover(cover.value, Number(opacity.value)))
  formula.addEventListener("change", () => {
    if (formula.value.trim()) send("composite", `expr:${formula.value.trim()}`)
  })
  let last = null // what is shown, for a menu that comes after it
  let shown = null // the legend
  let own = true // whether gamma is the picture's own
  let wish = "" // the quality layer that a link asks for, until the layers are there
  const isComposite = (text) => !/^(band|index|expr):/.test(text)
  // Both sensors have one stretch anyway, or each date its own.
  const isSettled = () => mode.value === "frame" || (mode.value === "natural" && isComposite(last?.composite ?? "true"))
  const stretch = () => {
    if (mode.value === "range" && [low, high].some((input) => input.matches("[aria-invalid]"))) return
    const words = [mode.value === "range" ? `${Number(low.value)}-${Number(high.value)}` : mode.value]
    if (!own) words.push(`g${gamma.value}`)
    if (same.checked && !same.disabled && !isSettled()) words.push("same")
    send("stretch", words.join(","))
  }
  mode.addEventListener("change", () => {
    range.hidden = mode.value !== "range"
    if (mode.value === "range" && low.value === "") {
      low.value = "0"
      high.value = "0.3"
    }
    stretch()
  })
  for (const input of [low, high]) input.addEventListener("change", stretch)
  same.addEventListener("change", stretch)
  gamma.addEventListener("input", () => {
    gammaText.textContent = gamma.value
  })
  gamma.addEventListener("change", () => {
    own = false
    stretch()
  })

  const digits = (size) => (size >= 100 ? 0 : size >= 1 ? 2 : 3)
  const number = (value) => (value === null ? "" : value.toFixed(digits(Math.abs(value))).replace("-", "−"))
  return {
    toggle,
    panel,
    legend,
    get layer() {
      return layer.value
    },
    get title() {
      return (chosen ? list.textOf(chosen) : formula.value) || "picture"
    },
    get colours() {
      return shown
    },
    layers(names, lacking = "") {
      const chosen = [wish, layer.value].find((name) => name && names.includes(name)) ?? ""
      if (names.length) wish = ""
      layer.disabled = !names.length
      layer.title = lacking
      layer.replaceChildren(
        element("option", { value: "" }, names.length ? "not shown" : lacking ? "cannot be read" : "no quality layers"),
        ...names.map((name) => element("option", { value: name }, name)),
      )
      layer.value = chosen
      if (chosen) send("overlay", chosen)
    },
    covers(names) {
      covers = names
      listCovers(cover.value)
    },
    /** Whether what was seen on the ground is drawn, and whether there is any. */
    setGround(shown, there) {
      ground.checked = shown
      groundField.hidden = !there
    },
    /** Which land cover is shown, and how opaque (percent). */
    setCover(name, percent) {
      listCovers(name)
      opacity.value = String(percent)
      showOpacity()
    },
    want(name) {
      wish = name
      if (name === layer.value || (name && ![...layer.options].some((option) => option.value === name))) return
      layer.value = name
      send("overlay", name)
    },
    menu(/** @type {Record<string, Record<string, string>>} */ groups) {
      entries = entriesOf(groups)
      if (last) this.show(last)
    },
    show(/** @type {import("../messages").Told["Player"]["look"]} */ data) {
      problem.textContent = data.problem ?? ""
      if (data.problem) {
        open(true)
        return
      }
      last = data
      chosen = data.composite.startsWith("expr:") ? "" : data.composite
      list.show(entries, chosen)
      formula.value = data.composite.startsWith("expr:") ? data.composite.slice(5) : ""
      // One value a pixel has no natural colour: its range is measured.
      const [natural, vivid] = mode.options
      natural.text = isComposite(data.composite) ? MODES[0][1] : "Fixed over time"
      vivid.hidden = !isComposite(data.composite) && data.mode !== "vivid"
      mode.value = data.mode
      range.hidden = data.mode !== "range"
      if (data.mode === "range") {
        low.value = data.low
        high.value = data.high
      }
      own = data.gamma === null
      same.disabled = isSettled()
      same.checked = data.same || (same.disabled && data.mode === "natural")
      // As `stretch` paints it.
      const usual =
        isComposite(data.composite) && data.mode === "natural" ? 0.85 : /^(index|expr):/.test(data.composite) ? 1 : 1.25
      gamma.value = data.gamma ?? usual
      gammaText.textContent = gamma.value
      toggle.setAttribute(
        "aria-pressed",
        String(!["true", "false"].includes(data.composite) || data.mode !== "natural" || !own || data.same),
      )
    },
    showFormula(text = "") {
      note.textContent = text && `= ${text}`
    },
    showLegend(/** @type {import("../messages").Legend | null} */ data) {
      shown = data
      legend.hidden = !data
      if (!data) return
      const bar = element("i", {
        role: "img",
        "aria-label": `${data.title}, from ${number(data.low)} to ${number(data.high)}`,
      })
      bar.style.background =
        data.colours.length > 1 ? `linear-gradient(to right, ${data.colours.join(", ")})` : data.colours[0]
      legend.replaceChildren(element("span", {}, data.title), bar)
      if (data.colours.length > 1)
        legend.append(
          element(
            "span",
            { class: "ends" },
            element("b", {}, data.low === null ? "low" : number(data.low)),
            element("b", {}, data.high === null ? "high" : number(data.high)),
          ),
        )
    },
  }
}
