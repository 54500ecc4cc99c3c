// What is under the pointer: row and column, longitude and latitude, UTM, and the stored values, which the server knows.

import { element } from "../../browser/shared.js"
import { SIZE } from "./chip.js"

export const makeReadout = ({ el, ask }) => {
  let asked = 0,
    under = null,
    last = -1,
    timer = 0,
    pending = null
  const values = element("div")
  const degrees = (v, letters) => `${Math.abs(v).toFixed(5)}° ${letters[v < 0 ? 1 : 0]}`
  return {
    // `place` has the chip's bounds (UTM) and corners (lon, lat), or is null; `index` is the date that is seen there,
    // -1 where there is no value to ask for.
    show(pixel, place, index) {
      clearTimeout(timer)
      pending = null
      const same = pixel && under && pixel.row === under.row && pixel.col === under.col && index === last
      under = pixel
      last = index
      if (!pixel || !place) {
        el.replaceChildren()
        return
      }
      const { row, col } = pixel
      const [left, , , top] = place.bounds,
        [nw, ne, sw, se] = place.corners
      const x = (col + 0.5) / SIZE,
        y = (row + 0.5) / SIZE
      const mix = (k) => (nw[k] * (1 - x) + ne[k] * x) * (1 - y) + (sw[k] * (1 - x) + se[k] * x) * y
      if (!same) values.replaceChildren()
      el.replaceChildren(
        element("div", {}, `row ${row}, col ${col} · ${degrees(mix(1), "NS")} ${degrees(mix(0), "EW")}`),
        element(
          "div",
          {},
          `E ${(left + 3 * col + 1.5).toFixed(0)} N ${(top - 3 * row - 1.5).toFixed(0)} m (UTM ${place.zone})`,
        ),
        values,
      )
      if (index < 0) return
      // Not at every step of a fast pointer, but always where it comes to rest.
      pending = () => {
        pending = null
        asked = performance.now()
        ask(row, col, index)
      }
      timer = setTimeout(pending, Math.max(30, 80 - (performance.now() - asked)))
    },
    // Something that is waited for more has just been asked of the server.
    later() {
      if (!pending) return
      clearTimeout(timer)
      timer = setTimeout(pending, 150)
    },
    came(/** @type {import("../messages").Told["Player"]["under"]} */ { row, col, index, text }) {
      if (under && row === under.row && col === under.col && index === last) values.replaceChildren(text)
    },
  }
}
