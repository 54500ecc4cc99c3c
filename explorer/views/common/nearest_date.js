// Which date of Planet Fusion stands for a month of Sentinel-2.

import { MONTHS, status } from "../../browser/shared.js"

const MIDDLE = 15 // day of a month, as `spectra.MID_MONTH`
const DAY = 86_400_000 // ms

/**
 * The middle of a month of 2018, the year of the mosaics: milliseconds since 1970.
 * @param {number} month 0 to 11
 */
export const middleOfMonth = (month) => Date.UTC(2018, month, MIDDLE)

/**
 * Of the dates that are there the nearest to a time, by whole days; the earlier of two, -1 where there is none.
 * @param {string[]} dates ISO
 * @param {number[]} states `status` a date
 * @param {number} time Milliseconds since 1970.
 * @returns {{ index: number, days: number }} `days` is how far away it is, 0 or more.
 */
export const nearestDate = (dates, states, time) => {
  let found = { index: -1, days: Infinity }
  dates.forEach((iso, index) => {
    const days = Math.abs(Math.round((Date.parse(`${iso}T00:00:00Z`) - time) / DAY))
    if (states[index] === status.THERE && days < found.days) found = { index, days }
  })
  return found
}

/**
 * How far a date is from a month's middle, in words.
 * @param {number} days
 * @param {number} month 0 to 11
 */
export const awayText = (days, month) =>
  days === 0 ? `mid-${MONTHS[month]}` : `${days} day${days === 1 ? "" : "s"} from mid-${MONTHS[month]}`
