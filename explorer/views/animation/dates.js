// A date that somebody types, and a calendar of the dates that are there.

import { element, longDate, svgElement } from "../../browser/shared.js"

const DAY_MS = 86_400_000
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
const LONG_MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
]
const two = (/** @type {number} */ value) => String(value).padStart(2, "0")
/** @param {number} year @param {number} month From 1. @param {number} day */
const isoOf = (year, month, day) => `${year}-${two(month)}-${two(day)}`
const timeOf = (/** @type {string} */ iso) => Date.parse(`${iso}T00:00:00Z`)
const partsOf = (/** @type {string} */ iso) => iso.split("-").map(Number)

/**
 * The day that a text means, ISO; null where it is none. A month alone is its middle, a day without a year is of the year shown.
 * @param {string} text `2018-07-02`, `jul 18`, `2 July 2018`, `July 2018`, `2.7.2018` (the day first).
 * @param {number} shownYear
 */
export const readDay = (text, shownYear) => {
  const parts = text.toLowerCase().match(/[a-z]+|\d+/g) ?? []
  const words = parts.filter((part) => /[a-z]/.test(part) && !/^(st|nd|rd|th|of)$/.test(part))
  const numbers = parts.filter((part) => /\d/.test(part))
  if (words.length > 1 || !parts.length || numbers.some((one) => one.length > 8)) return null
  const [only] = numbers
  if (numbers.length === 1 && only.length === 8) numbers.splice(0, 1, only.slice(0, 4), only.slice(4, 6), only.slice(6))
  const isYear = (/** @type {string} */ one) => one.length === 4
  const years = numbers.filter(isYear),
    others = numbers.filter((one) => !isYear(one)).map(Number)
  if (years.length > 1) return null
  let year = years.length ? Number(years[0]) : shownYear,
    month = 0
  if (words.length) {
    if (words[0].length < 3) return null
    month = LONG_MONTHS.findIndex((name) => name.toLowerCase().startsWith(words[0])) + 1
    if (!month && words[0] === "sept") month = 9
    if (!month || others.length > 2) return null
  } else {
    if (others.length < (years.length ? 1 : 2) || others.length > 3) return null
    // `2018-07-02` goes from large to small, `2.7.2018` from small to large.
    if (years.length && isYear(numbers[0])) others.reverse()
    month = others.length === 1 ? others.shift() : others.splice(1, 1)[0]
  }
  const [day = 15, short] = others
  if (short !== undefined && !years.length) year = 2000 + short
  else if (short !== undefined) return null
  const iso = isoOf(year, month, day)
  return new Date(timeOf(iso) || 0).toISOString().slice(0, 10) === iso ? iso : null
}

/**
 * The index of the date nearest to a day of those that may be shown; -1 where none is.
 * @param {string[]} dates
 * @param {string} iso
 * @param {(i: number) => boolean} may
 */
export const nearestDate = (dates, iso, may) => {
  let best = -1
  dates.forEach((one, i) => {
    if (may(i) && (best < 0 || Math.abs(timeOf(one) - timeOf(iso)) < Math.abs(timeOf(dates[best]) - timeOf(iso))))
      best = i
  })
  return best
}

/**
 * The days of a month in weeks from Monday; null before its first and after its last.
 * @param {number} year
 * @param {number} month From 1.
 * @returns {Array<Array<number | null>>}
 */
export const weeksOf = (year, month) => {
  const before = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7,
    count = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const cells = [...new Array(before).fill(null), ...Array.from({ length: count }, (_, i) => i + 1)]
  while (cells.length % 7) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(7 * i, 7 * i + 7))
}

/**
 * The field and the calendar. `described` says of a date its kind (a class of the calendar's marks), the share that is gap-filled, and
 * both in words.
 * @param {object} options
 * @param {() => { dates: string[], index: number }} options.now
 * @param {(i: number) => boolean} options.may Whether a date may be shown.
 * @param {(i: number) => { kind: string, share: number, text: string }} options.described
 * @param {(i: number) => void} options.go
 */
export const makeDates = ({ now, may, described, go }) => {
  const input = element("input", {
    type: "text",
    class: "day",
    "aria-label": "Date",
    title: "Type a date: 2018-07-02, jul 18, 2 July 2018",
    maxlength: 40,
    spellcheck: "false",
    autocomplete: "off",
  })
  const said = element("output", { class: "date-said", role: "status", hidden: true })
  const say = (/** @type {string} */ text) => {
    said.textContent = text
    said.hidden = !text
  }
  const sign = svgElement(
    "svg",
    { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true", fill: "none", stroke: "currentColor" },
    svgElement("path", {
      d: "M2.500 3.500h11v10h-11zM2.500 6.500h11M5.500 1.500v3M10.500 1.500v3",
      "stroke-width": 1.4,
    }),
  )
  const toggle = element(
    "button",
    {
      type: "button",
      class: "open-calendar",
      title: "Calendar of the dates",
      "aria-label": "Calendar of the dates",
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
      onclick: () => (panel.hidden ? open() : close()),
    },
    sign,
  )
  const title = element("b", { "aria-live": "polite" })
  const turn = (/** @type {string} */ text, /** @type {string} */ arrow, /** @type {number} */ by) =>
    element("button", { type: "button", "aria-label": text, title: text, onclick: () => shift(by) }, arrow)
  const grid = element("table", { role: "grid", "aria-label": "Days" })
  const key = element(
    "p",
    { class: "calendar-key" },
    ...[
      ["there", "there"],
      ["filled", "gap-filled"],
      ["missing", "missing"],
    ].map(([kind, text]) => element("span", {}, element("i", { class: kind, "aria-hidden": "true" }), text)),
  )
  const panel = element(
    "div",
    { class: "calendar", role: "dialog", "aria-label": "Calendar of the dates", popover: "manual", hidden: true },
    element(
      "header",
      {},
      turn("Year before", "«", -12),
      turn("Month before", "‹", -1),
      title,
      turn("Month after", "›", 1),
      turn("Year after", "»", 12),
    ),
    grid,
    key,
  )
  const box = element("span", { class: "dates", role: "group", "aria-label": "Date" }, input, toggle, panel, said)
  let day = "" // that the arrows are on, ISO
  const ends = () => [now().dates[0], now().dates.at(-1)]
  const within = (/** @type {string} */ iso) => {
    const [first, last] = ends()
    if (iso < first) return first
    if (iso > last) return last
    return iso
  }
  const goTo = (/** @type {string} */ iso) => {
    const { dates } = now()
    const i = nearestDate(dates, iso, may)
    if (i < 0) {
      say("No date of this sample is there.")
      return
    }
    const wanted = dates.indexOf(iso)
    const why = wanted >= 0 ? described(wanted).text : "the corpus has no such day"
    go(i)
    input.value = longDate(dates[i])
    say(dates[i] === iso ? "" : `${longDate(iso)}: ${why}. The nearest that is there: ${longDate(dates[i])}.`)
  }

  const draw = () => {
    const { dates, index } = now()
    const [year, month, current] = partsOf(day),
      [first, last] = ends()
    const at = new Map(dates.map((iso, i) => [iso, i]))
    title.textContent = `${LONG_MONTHS[month - 1]} ${year}`
    const cell = (/** @type {number | null} */ number) => {
      if (number === null) return element("td", {})
      const iso = isoOf(year, month, number),
        i = at.get(iso)
      const { kind, share, text } = i === undefined ? { kind: "none", share: 0, text: "no acquisition" } : described(i)
      const mark = element("i", { class: kind, "aria-hidden": "true" })
      if (kind === "filled") mark.style.setProperty("--share", `${Math.max(12, 100 * share)}%`)
      return element(
        "td",
        { role: "gridcell", "aria-selected": String(i === index) },
        element(
          "button",
          {
            type: "button",
            tabindex: number === current ? 0 : -1,
            class: i === undefined ? "other" : "",
            disabled: iso < first || iso > last,
            "aria-label": `${number} ${LONG_MONTHS[month - 1]} ${year}: ${text}`,
            title: text,
            onclick: () => {
              close()
              goTo(iso)
            },
          },
          String(number),
          mark,
        ),
      )
    }
    grid.replaceChildren(
      element("thead", {}, element("tr", {}, ...WEEKDAYS.map((name) => element("th", { scope: "col" }, name)))),
      element(
        "tbody",
        {},
        ...weeksOf(year, month).map((week) => element("tr", { role: "row" }, ...week.map((number) => cell(number)))),
      ),
    )
  }
  const focusDay = () => grid.querySelector("button[tabindex='0']")?.focus({ preventScroll: true })
  const move = (/** @type {string} */ iso) => {
    day = within(iso)
    draw()
  }
  const shift = (/** @type {number} */ months) => {
    const [year, month, number] = partsOf(day)
    const at = new Date(Date.UTC(year, month - 1 + months, 1))
    const most = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()
    move(isoOf(at.getUTCFullYear(), at.getUTCMonth() + 1, Math.min(number, most)))
  }
  const open = () => {
    const { dates, index } = now()
    if (!dates.length) return
    say("")
    day = dates[index]
    panel.hidden = false
    draw()
    panel.showPopover?.()
    const edge = toggle.getBoundingClientRect(),
      { width, height } = panel.getBoundingClientRect()
    panel.style.left = `${Math.max(8, Math.min(edge.left - width / 2, window.innerWidth - width - 8))}px`
    panel.style.top = `${edge.top - height - 6 >= 8 ? edge.top - height - 6 : Math.min(edge.bottom + 6, window.innerHeight - height - 8)}px`
    toggle.setAttribute("aria-expanded", "true")
    focusDay()
  }
  const close = () => {
    if (panel.hidden) return
    panel.hidePopover?.()
    panel.hidden = true
    toggle.setAttribute("aria-expanded", "false")
    toggle.focus({ preventScroll: true })
  }
  panel.addEventListener("keydown", (event) => {
    event.stopPropagation() // its keys are not the animation's
    const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key],
      months = { PageUp: -1, PageDown: 1 }[event.key]
    if (event.key === "Escape") close()
    else if (event.ctrlKey || event.metaKey || event.altKey || !grid.contains(event.target)) return
    else if (months) shift(event.shiftKey ? 12 * months : months)
    else if (days) move(new Date(timeOf(day) + days * DAY_MS).toISOString().slice(0, 10))
    else if (event.key === "Home" || event.key === "End") {
      const weekday = (new Date(timeOf(day)).getUTCDay() + 6) % 7
      move(new Date(timeOf(day) + (event.key === "Home" ? -weekday : 6 - weekday) * DAY_MS).toISOString().slice(0, 10))
    } else return
    event.preventDefault()
    if (event.key !== "Escape") focusDay()
  })
  input.addEventListener("focus", () => input.select())
  input.addEventListener("keydown", (event) => {
    event.stopPropagation()
    if (event.key === "Escape") {
      show()
      say("")
      input.select()
    } else if (event.key === "Enter" && input.value.trim() && now().dates.length) {
      const iso = readDay(input.value, partsOf(now().dates[now().index])[0])
      if (iso) goTo(iso)
      else say(`“${input.value.trim().slice(0, 30)}” is no date: write 2018-07-02, jul 18 or 2 July 2018.`)
      input.select()
    }
  })
  input.addEventListener("blur", () => show())
  const show = () => {
    const { dates, index } = now()
    input.disabled = toggle.disabled = !dates.length
    input.value = dates[index] ? longDate(dates[index]) : ""
  }
  let before = -1
  return {
    box,
    panel,
    /** The animation shows another date, or knows more of some. */
    show() {
      const { index } = now()
      if (index !== before && !said.hidden) say("")
      before = index
      if (input.getRootNode().activeElement !== input) show()
      if (!panel.hidden) {
        const focused = grid.contains(grid.getRootNode().activeElement)
        draw()
        if (focused) focusDay()
      }
    },
    closeUnless(/** @type {Event} */ event) {
      if (!event.composedPath().some((node) => node === panel || node === toggle)) {
        panel.hidePopover?.()
        panel.hidden = true
        toggle.setAttribute("aria-expanded", "false")
      }
    },
  }
}
