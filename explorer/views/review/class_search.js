// A field for a class: candidates are listed while one types, the best first, and Enter takes only what is meant.
// `class_search.py` ranks alike; a test compares the two.

import { element } from "../../browser/shared.js"
import { makeCombobox, plainText } from "../common/combobox.js"

const classRank = (wanted, one) => {
  const code = String(one.code),
    title = plainText(one.title),
    words = title.split(" ")
  if ([code, title, `${code} ${title}`].includes(wanted)) return [0, 0]
  const exact = one.names.find(([name]) => name === wanted)
  if (exact) return [1, exact[1]]
  if (title.startsWith(wanted)) return [2, 0]
  if (code.startsWith(wanted)) return [3, 0]
  const begun = one.names.filter(([name]) => wanted.length > 2 && name.startsWith(wanted)).map(([, place]) => place)
  if (begun.length) return [4, Math.min(...begun)]
  if (wanted.split(" ").every((part) => words.some((word) => word.startsWith(part)))) return [5, 0]
  return title.includes(wanted) ? [6, 0] : null
}

// Classes that a text may mean, the best first: { one, rank }; rank 0: code or title, 1: common name, then parts of names.
const classCandidates = (text, classes) => {
  const wanted = plainText(text.slice(0, 80))
  if (!wanted) return []
  return classes
    .map((one) => ({ one, at: classRank(wanted, one) }))
    .filter(({ at }) => at)
    .sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1] || a.one.code - b.one.code)
    .map(({ one, at }) => ({ one, rank: at[0] }))
}

// The one class that a text means without doubt; null where it may be another one.
const classMeant = (found) => {
  if (!found.length) return null
  const best = found.filter(({ rank }) => rank === found[0].rank)
  if (found[0].rank <= 1) return best.length === 1 ? best[0].one : null
  return found.length === 1 && found[0].rank < 6 ? found[0].one : null
}

// The field: `act(one)` hears of a class that was chosen, `none(text, found)` of an Enter that meant none or several ("" where nothing
// was typed). With `stays`, what was chosen remains in the field.
export const makeClassField = ({ label, placeholder = "", classes, act, none, stays = false }) => {
  const field = makeCombobox({
    label,
    placeholder,
    listed: "Classes found",
    find: (text) => classCandidates(text, classes()).map(({ one }) => one),
    draw(one) {
      const swatch = element("i")
      swatch.style.background = one.colour
      return [swatch, element("b", {}, String(one.code)), element("span", { class: "title" }, ` ${one.title}`)]
    },
    take(one) {
      input.value = stays ? `${one.code} ${one.title}` : ""
      act(one)
    },
    enter(text, event) {
      if (stays && !field.open) return // it sends the form
      event.preventDefault()
      const found = classCandidates(text, classes())
      const one = classMeant(found)
      if (one) field.choose(one)
      else none(text, found)
    },
  })
  const { box, input, hide } = field
  return {
    box,
    input,
    hide,
    found: () => classCandidates(input.value, classes()),
    meant: () => classMeant(classCandidates(input.value, classes())),
  }
}
