// How data gets into a page's Bokeh charts: sources by their short names, and y axes that fit the data.

import { bokehModel } from "../common/shared.js"

// Bokeh's arrays are typed arrays whose own subarray() forgets where it is to begin.
export const plainArray = (array) =>
  array &&
  new ({ float32: Float32Array, float64: Float64Array, uint8: Uint8Array }[array.dtype] ?? array.constructor)(
    array.buffer,
    array.byteOffset,
    array.length,
  )

export const makeFeeding = (model) => {
  const name = (short) => `${short}-${model.bus}`
  // Every source that changes costs its glyphs anew, and each chart a repaint: what stays empty, or is the same, is left.
  const last = new Map()
  const isEmpty = (data) => Object.values(data).every((column) => column.length === 0)
  const set = (short, data) => {
    const source = bokehModel(name(short))
    if (!source) return
    const before = last.get(short)
    if (before && before.source === source && (before.data === data || (before.empty && isEmpty(data)))) return
    last.set(short, { source, data, empty: isEmpty(data) })
    source.setv({ data }, { sync: false })
  }

  // The y axis fits the data, but keeps what a person has zoomed to until another sample comes; and it stays as it is where
  // the data still fill it, so that it does not dance while a pin is dragged (a new range costs the layout of the labels).
  const FILLS = 0.6
  const fitted = new Map()
  const fit = (short, values, { from = null, least }) => {
    const range = bokehModel(name(`range-${short}`))
    let low = Infinity,
      high = -Infinity
    for (const list of values)
      for (const v of list)
        if (Number.isFinite(v)) {
          low = Math.min(low, v)
          high = Math.max(high, v)
        }
    if (!range || low > high) return
    const before = fitted.get(short)
    if (before && (range.start !== before.start || range.end !== before.end)) return
    const span = high - (from ?? low)
    const held = before && low >= before.start && high <= before.end
    if (held && Math.max(span, least / 1.2) >= FILLS * (before.end - before.start)) return
    const pad = Math.max(span * 0.08, (least - span) / 2)
    const to = { start: from ?? low - pad, end: high + pad }
    range.setv({ ...to, reset_start: to.start, reset_end: to.end }, { sync: false })
    fitted.set(short, to)
  }
  return { name, set, fit, forget: () => fitted.clear() }
}
