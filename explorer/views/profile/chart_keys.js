// Bokeh's charts by keys, and by name: what the pointer does there, a chart does when it has the focus.

export const makeChartKeys = (page, signal) => {
  const HELP = "arrow keys step through the dates, with shift they move the chart; plus and minus zoom, 0 resets"
  const move = (range, factor, share) => {
    const width = range.end - range.start,
      middle = (range.start + range.end) / 2 + share * width
    range.setv({ start: middle - (factor * width) / 2, end: middle + (factor * width) / 2 })
  }
  const keyed = (view, event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const range = view.model.x_range,
      by = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (by && event.shiftKey) move(range, 1, by / 4)
    else if (by) page.emit("key", { key: event.key })
    else if (event.key === "+" || event.key === "=") move(range, 0.5, 0)
    else if (event.key === "-") move(range, 2, 0)
    else if (event.key === "0") view.reset()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const dressed = new WeakSet()
  const dress = () => {
    for (const doc of window.Bokeh?.documents ?? [])
      for (const model of doc._all_models.values()) {
        const name =
          model.type === "Figure" && model.html_attributes.role === "figure" && model.html_attributes["aria-label"]
        const view = name && window.Bokeh.index.find_one(model),
          layer = view?.canvas_view?.events_el
        if (!layer || dressed.has(layer)) continue
        dressed.add(layer)
        layer.setAttribute("role", "application")
        layer.setAttribute("tabindex", "0")
        layer.setAttribute("aria-label", `${name}: ${HELP}`)
        layer.addEventListener("keydown", (event) => keyed(view, event), { signal })
      }
  }
  // Bokeh draws its charts one after the other, and some anew.
  window.addEventListener("focusin", dress, { signal })
  return dress
}
