// How data gets into a page's Bokeh charts: sources by their short names, and y axes that fit the data.

const makeFeeding = (model) => {
  const name = (short) => `${short}-${model.bus}`
  const set = (short, data) => {
    const source = bokehModel(name(short))
    if (source) source.setv({ data }, { sync: false })
    return source
  }

  // The y axis fits the data, but keeps what a person has zoomed to until another sample comes.
  const fitted = new Map()
  const fit = (short, values, { from = null, least }) => {
    const range = bokehModel(name(`range-${short}`))
    let low = Infinity, high = -Infinity
    for (const list of values) for (const v of list) if (Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v) }
    if (!range || low > high) return
    const last = fitted.get(short)
    if (last && (range.start !== last.start || range.end !== last.end)) return
    const span = high - (from ?? low)
    const pad = Math.max(span * 0.08, (least - span) / 2)
    const to = { start: from ?? low - pad, end: high + pad }
    range.setv({ ...to, reset_start: to.start, reset_end: to.end }, { sync: false })
    fitted.set(short, to)
  }
  return { name, set, fit, forget: () => fitted.clear() }
}
