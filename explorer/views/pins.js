// The legend of the profile: what the colours mean, and the pins, which can be named and removed here.

export function render({ model, el }) {
  const keys = element("div", { class: "keys" })
  const list = element("div", { class: "pins", role: "list", "aria-label": "Pinned pixels" })
  const csv = element("button", { type: "button", class: "csv", title: "Download the pins' profiles, both sensors, with units and attribution", onclick: () => model.send_msg({ type: "csv" }) }, "CSV")
  el.append(element("div", { class: "legend-line" }, keys, list, csv))
  const save = (name, text) => {
    const link = element("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: name })
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10000)
  }
  const chip = (pin, i, removable) => {
    const name = element("input", {
      class: "name", value: pin.name ?? "", maxlength: 24, size: Math.max(4, (pin.name ?? "").length),
      placeholder: `row ${pin.row}, col ${pin.col}`, "aria-label": `Name of pin ${i + 1} at row ${pin.row}, col ${pin.col}`,
      title: `Pin ${i + 1}: row ${pin.row}, col ${pin.col}. Type to name it.`,
    })
    name.style.width = `${Math.max(pin.name ? 5 : 14, (pin.name ?? "").length + 1)}ch`
    const tell = () => { if (name.value.trim() !== (pin.name ?? "")) model.send_msg({ type: "name", pin: i, name: name.value }) }
    name.addEventListener("change", tell)
    name.addEventListener("keydown", (event) => { if (event.key === "Enter") name.blur() })
    const dot = element("b")
    dot.style.background = pin.colour
    return element("span", { class: "pin", role: "listitem" }, dot, name,
      removable ? element("button", { type: "button", title: "Remove this pin", "aria-label": `Remove pin ${i + 1}`, onclick: () => model.send_msg({ type: "remove", pin: i }) }, "×") : null)
  }
  const handlers = {
    keys(data) {
      keys.replaceChildren(...data.keys.map(({ text, colour, sign }) => {
        const mark = element("i", {}, sign ?? "")
        if (colour) mark.style.background = colour
        return element("span", { class: "key" }, mark, text)
      }))
    },
    file(data) { save(data.name, data.text) },
    pins(data) { list.replaceChildren(...data.pins.map((pin, i) => chip(pin, i, data.pins.length > 1))) },
  }
  model.on("msg:custom", (data) => handlers[data.type]?.(data))
  model.send_msg({ type: "ready" })
}
