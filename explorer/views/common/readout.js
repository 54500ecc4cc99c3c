// What is under the pointer: row and column, longitude and latitude, UTM, and the stored values, which the server knows.

import { element } from "../../browser/shared.js"
import { SIZE } from "./chip.js"

/**
 * @param {{
 *   el: HTMLElement, ask: (row: number, col: number, index: any) => void, more?: (pixel: { row: number, col: number }) => string[],
 * }} options `ask` has the server tell the values of a pixel (row and column of Planet Fusion's grid), which `came` is given; `more`
 * is what else lies there, known in the browser, a line each.
 */
export const makeReadout = ({ el, ask, more = () => [] }) => {
  let asked = 0,
    under = null,
    last = /** @type {any} */ (-1),
    timer = 0,
    pending = null
  const values = element("div")
  const degrees = (v, letters) => `${Math.abs(v).toFixed(5)}° ${letters[v < 0 ? 1 : 0]}`
  return {
    // `place` has the chip's bounds (UTM) and corners (lon, lat), or is null; `index` says what is seen there, as the date's
    // position, -1 where there is no value to ask for; `pixels` are along the edge of that picture.
    show(pixel, place, index, pixels = SIZE) {
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
      const [ownRow, ownCol] = [row, col].map((v) => Math.floor(((v + 0.5) * pixels) / SIZE))
      const [left, , right, top] = place.bounds,
        metres = (right - left) / pixels,
        [nw, ne, sw, se] = place.corners
      const x = (ownCol + 0.5) / pixels,
        y = (ownRow + 0.5) / pixels
      const mix = (k) => (nw[k] * (1 - x) + ne[k] * x) * (1 - y) + (sw[k] * (1 - x) + se[k] * x) * y
      if (!same) values.replaceChildren()
      el.replaceChildren(
        element("div", {}, `row ${ownRow}, col ${ownCol} · ${degrees(mix(1), "NS")} ${degrees(mix(0), "EW")}`),
        element(
          "div",
          {},
          `E ${(left + metres * (ownCol + 0.5)).toFixed(0)} N ${(top - metres * (ownRow + 0.5)).toFixed(0)} m (UTM ${place.zone})`,
        ),
        values,
        ...more(pixel).map((line) => element("div", {}, line)),
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
    came(/** @type {{ row: number, col: number, index: any, text: string }} */ { row, col, index, text }) {
      if (under && row === under.row && col === under.col && index === last) values.replaceChildren(text)
    },
  }
}
