// Brings data straight into the page's charts over time, and moves their cursor with the animation's date in the same frame.

export function render({ model }) {
  const page = bus(model)
  const gone = new AbortController()
  const { name, set, fit, forget } = makeFeeding(model)

  page.on("date", (detail) => {
    if (!detail.iso) return
    for (const short of ["cursor-reflectance", "cursor-ndvi"]) {
      bokehModel(name(short))?.setv({ location: detail.time }, { sync: false })
    }
  }, gone.signal)

  const handlers = {
    sources(data) {
      if (data.fresh) forget()
      for (const [short, columns] of Object.entries(data.sources)) set(short, columns)
      const of = (kind) => [...data.sources[`${kind}-lines`].ys, data.sources[`${kind}-s2`].value, data.sources[`${kind}-pf`].value]
      fit("reflectance", of("reflectance"), { from: 0, least: 0.05 })
      fit("ndvi", of("ndvi"), { least: 0.6 })
      for (const label of data.marks) mark(label, data.detail)
    },
  }
  model.on("msg:custom", (data) => handlers[data.type]?.(data))
  model.on("remove", () => gone.abort())
  model.send_msg({ type: "ready" })
}
