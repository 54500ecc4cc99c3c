// A page that needs no server: its model, its state, and the parts that draw it. `make scripts` bundles them into page.bundle.js.

/** @import { Model } from "./page_model.js" */

import { showAnimation } from "./page_animation.js"
import { makeCubes } from "./page_cube.js"
import { byId, bytesOf, element, mark, theme } from "./page_dom.js"
import { listenToKeys } from "./page_keys.js"
import { makeCalendar } from "./page_model.js"
import { showPlace } from "./page_place.js"
import { runPlayer } from "./page_player.js"
import { showProfile } from "./page_profile.js"
import { makeSelection } from "./page_selection.js"
import { showSentinel } from "./page_sentinel.js"
import { showStory } from "./page_story.js"

/** @param {Model} model */
const showCredit = ({ title, synthetic, credit, terms, errors, citation, software }) => {
  document.title = title
  byId("title").append(title, element("small", {}, synthetic ? "synthetic demo" : "RapidAI4EO"))
  byId("credit").append(
    ...credit.flatMap((line) => [line, element("br")]),
    ...(terms ? [element("b", {}, terms), element("br")] : []),
    `${errors} Cite: ${citation}. Made with ${software}.`,
  )
}

const begin = async () => {
  /** @type {Model} */
  const model = JSON.parse(byId("model").textContent)
  const calendar = makeCalendar(model)
  const openCubes = makeCubes(bytesOf)
  const selection = makeSelection(model, calendar, openCubes)

  showCredit(model)
  showPlace(selection, model)
  if (model.story) showStory(selection, model.story)
  const animation = showAnimation(selection, model, calendar)
  showSentinel(selection, model, calendar)
  const inColours = [animation, showProfile(selection, model, calendar)]
  selection.on(["cubes"], () => mark("animation-ready", { sample: selection.state.sample.id }))
  selection.on(["panel"], () => {
    document.querySelector("main").dataset.panel = selection.state.panel
  })
  runPlayer(selection)
  listenToKeys(selection)

  /** @param {import("./page_dom.js").Theme} name */
  const wear = (name) => {
    document.documentElement.dataset.theme = name
    for (const part of inColours) part.redraw()
  }
  byId("theme").addEventListener("click", () => wear(theme() === "dark" ? "light" : "dark"))
  wear(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")

  if (model.story) await selection.goTo(0)
  else await selection.open(model.opening)
  // The other samples are unpacked when nothing else is to be done: changing to one of them is quick then.
  for (const sample of model.samples) await openCubes(sample)
  mark("all-unpacked")
}

begin().catch((error) => {
  const words = `This page cannot be shown in this browser: ${error.message}`
  document.querySelector("main").prepend(element("section", { role: "alert" }, words))
  throw error
})
