// A month or band of Sentinel-2 that has the panel for itself: zoomed, read and pinned as the animation's picture, alone or with
// Planet Fusion of the nearest date, swiped or beside it.

import { choice, element, icon, isWriting, letterOf, longDate, MONTHS, mark } from "../../browser/shared.js"
import { SIZE } from "../common/chip.js"
import { coverCredit, coverText, drawCoverLegend, makeCoverLegend, noLandCover } from "../common/land_cover.js"
import { awayText, middleOfMonth } from "../common/nearest_date.js"
import { download, drawLegend, makePicture } from "../common/picture_file.js"
import { makeReadout } from "../common/readout.js"
import { makeStage } from "../common/stage.js"
import { makeViewTeller } from "../common/view_teller.js"

export const PIXELS = 60 // along the edge of a mosaic's chip

const button = (label, text, action, extra = {}) =>
  element("button", { type: "button", "aria-label": label, title: label, onclick: action, ...extra }, text)

/**
 * @typedef {object} Facts What the panel knows of the picture that is large.
 * @property {number} ticket
 * @property {string | null} sample
 * @property {{ bounds: number[], corners: number[][], zone: string } | null} place
 * @property {number} month 0 to 11
 * @property {number | null} chosenMonth As it goes into the link: null for the month of the animation's date.
 * @property {string} band Empty for the colours of the months.
 * @property {string} title What it shows.
 * @property {string} note More of its month, or empty.
 * @property {string} lack Why there is no picture; empty where there is one.
 * @property {{ image: CanvasImageSource, x: number, y: number } | null} picture Where it is cut out, in pixels.
 * @property {import("../messages").Legend | null} legend
 * @property {string} credit
 * @property {string} planetCredit
 * @property {{ previous: string, next: string }} neighbours Their names; empty where there is none.
 */

/**
 * @param {{
 *   model: import("../messages").Model<"Grid">, page: ReturnType<typeof import("../common/talking.js").bus>,
 *   facts: () => Facts, onStep: (by: number) => void, onClose: () => void,
 * }} options
 */
export const makeLarge = ({ model, page, facts, onStep, onClose }) => {
  const gone = new AbortController()
  const picture = element("canvas", { width: PIXELS, height: PIXELS })
  let planet = null // what the animation has of the nearest date

  const view = makeViewTeller(
    () => {
      const { chosenMonth, band } = facts()
      const { scale, y: row, x: col } = stage.view
      return { mode: stage.mode, month: chosenMonth === null ? null : chosenMonth + 1, band, scale, row, col }
    },
    (seen) => model.send_msg({ type: "large", .../** @type {any} */ (seen) }),
  )

  const stage = makeStage({
    name: "Sentinel-2 image. Click to choose a pixel, or P and the arrow keys; B draws a box, G a polygon; without them left and right go to the neighbouring picture, Escape to all of them; plus and minus zoom",
    panes: [
      { label: "Sentinel-2 image", pixels: PIXELS },
      { label: "Planet Fusion image of the nearest date", pixels: SIZE },
    ],
    swipes: "Swipe between Sentinel-2 and Planet Fusion",
    button,
    onView: view.later,
    onPick: (pixel, add) => {
      if (!facts().sample) return
      model.send_msg({ type: "pixel_clicked", ...pixel, add })
      readout.later()
    },
    onMovePin: (pin, pixel, done) => {
      pins = pins.map((one, i) => (i === pin ? { ...one, ...pixel } : one))
      stage.setPins(pins)
      if (!done && performance.now() - moved < 20) return
      moved = performance.now()
      model.send_msg({ type: "move", pin, ...pixel })
    },
    onHover: (pixel, pane) => {
      const { place, month, band, lack } = facts()
      if (pane) readout.show(pixel, place, planet?.picture ? `planet:${planet.index}` : -1)
      else readout.show(pixel, place, lack ? -1 : `${band}:${month}`, PIXELS)
    },
    regions: {
      onAdd: (kind, points) => model.send_msg({ type: "draw", kind, points }),
      onMove: (region, points, done) => model.send_msg({ type: "reshape", region, points, done }),
      onRemove: (region) => model.send_msg({ type: "erase", region }),
    },
  })
  let pins = [],
    moved = 0
  const readout = makeReadout({
    el: stage.readout,
    ask: (row, col, key) => {
      const [of, index] = key.split(":")
      model.send_msg({ type: "under", row, col, index: Number(index), of, ticket: facts().ticket })
    },
    more: (pixel) => [coverText(cover, pixel), stage.groundText(pixel)],
  })
  let cover = noLandCover()
  const coverLegend = makeCoverLegend()
  const setCover = (value) => {
    const fades = value.pixels === cover.pixels && value.problem === cover.problem && value.name === cover.name
    cover = value
    stage.setCover(cover)
    if (!fades) coverLegend.show(cover, stage.size.side >= 300)
  }

  // --- what is there ---
  const name = element("span", { class: "name", role: "status" })
  const previous = button("Previous picture", icon("previous"), () => onStep(-1))
  const next = button("Next picture", icon("next"), () => onStep(1))
  const look = choice(
    "Compare with Planet Fusion",
    [
      ["single", "Sentinel-2 alone"],
      ["swipe", "Swipe with Planet Fusion"],
      ["side", "Side by side"],
    ],
    "single",
    (value) => setMode(value),
  )
  stage.legends.append(coverLegend.el)
  stage.message.hidden = true // what is lacking stands in its pane
  const well = element("div", { class: "well" }, stage.el)
  const el = element(
    "div",
    { class: "large", role: "group", "aria-label": "Large Sentinel-2 picture" },
    element(
      "div",
      { class: "bar" },
      button("All pictures (Escape)", "‹ All", () => onClose(), { class: "all" }),
      previous,
      name,
      next,
      look,
      button("Save the picture as PNG", icon("save"), () => save(), { class: "save" }),
    ),
    well,
  )

  // --- drawing ---
  const compares = () => stage.mode !== "single"
  const small = (text) => element("small", {}, text)
  const drawPlanet = () => {
    if (!compares()) return
    planet = null
    page.emit("ask-picture", {
      time: middleOfMonth(facts().month),
      take: (found) => {
        planet = found
      },
    })
    stage.paint(1, planet?.picture ?? null)
    if (!planet?.iso) {
      stage.dates[1].replaceChildren("Planet Fusion")
      stage.lack(1, planet?.settled ? "No date of Planet Fusion is there" : "Loading …", Boolean(planet?.settled))
      return
    }
    const away = awayText(planet.days, facts().month)
    stage.dates[1].replaceChildren(longDate(planet.iso), small("Planet Fusion"), small(away))
    stage.lack(1, planet.picture ? "" : "Loading …", false)
  }
  const draw = () => {
    const { month, title, note, lack, picture: found, neighbours } = facts()
    const context = picture.getContext("2d")
    context.clearRect(0, 0, PIXELS, PIXELS)
    if (found) context.drawImage(found.image, found.x, found.y, PIXELS, PIXELS, 0, 0, PIXELS, PIXELS)
    stage.paint(0, found ? picture : null)
    stage.lack(0, lack, Boolean(lack) && lack !== "loading")
    const date = `${MONTHS[month]} 2018`
    stage.dates[0].replaceChildren(date, small([title, note].filter(Boolean).join(" · ")))
    if (name.textContent !== date) name.textContent = date
    name.title = title
    for (const [item, text, way] of /** @type {[any, string, string][]} */ ([
      [previous, neighbours.previous, "Previous"],
      [next, neighbours.next, "Next"],
    ])) {
      if (!text && item === item.getRootNode().activeElement) stage.el.focus()
      item.disabled = !text
      item.title = text ? `${way}: ${text}` : `${way}: none`
    }
    drawPlanet()
    mark("large-drawn", { month, title, mode: stage.mode, planet: planet?.iso ?? null })
  }
  const setMode = (mode) => {
    look.value = mode
    stage.setMode(mode)
    fit()
    draw()
    view.later()
  }
  const save = () => {
    const { sample, month, band, title, lack, legend, credit, planetCredit } = facts()
    if (!sample || lack) return
    const { width, side } = stage.size
    const other =
      compares() && planet?.iso
        ? ` · with Planet Fusion of ${longDate(planet.iso)}, ${awayText(planet.days, month)}`
        : ""
    const footer = [
      `${sample} · Sentinel-2, ${title}, ${MONTHS[month]} 2018${other} · UTM ${sample.slice(0, 3)}`,
      ...(cover.pixels ? [coverCredit(cover)] : []),
      credit,
      ...(other ? [planetCredit] : []),
    ]
    const file = makePicture(width, side, footer, (context) => {
      stage.copy(context)
      if (legend) drawLegend(context, legend, 8, 56)
      const top = legend ? 108 : 56
      drawCoverLegend(context, cover, 8, top, side - top - 30)
    })
    download(file, `${sample}_S2_2018-${String(month + 1).padStart(2, "0")}${band ? `_${band}` : ""}.png`)
  }

  // --- keys ---
  el.addEventListener("keydown", (event) => {
    const act = {
      Escape: onClose,
      ...(isWriting(event) ? {} : { ArrowLeft: () => onStep(-1), ArrowRight: () => onStep(1) }),
    }[event.key]
    if (act) {
      act()
      event.preventDefault()
      event.stopPropagation() // Escape gives all panels back, too
    } else if (
      !isWriting(event) &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      stage.drawing.shortcut(letterOf(event))
    ) {
      stage.el.focus()
      event.preventDefault()
    }
  })
  page.on("pictures", drawPlanet, gone.signal)

  const fit = () => stage.resize(well.clientWidth, well.clientHeight)
  const resized = new ResizeObserver(fit)
  resized.observe(well)
  page.on("ground", stage.setGround, gone.signal)
  page.emit("ask-ground", { take: stage.setGround })
  page.on("land-cover", setCover, gone.signal)
  page.emit("ask-land-cover", { take: setCover })
  return {
    el,
    draw,
    tell: view.later,
    setPins(list) {
      pins = list
      stage.setPins(list)
    },
    setRegions: (list, problem) => stage.drawing.set(list, problem),
    came: ({ row, col, index, of, text }) => readout.came({ row, col, index: `${of}:${index}`, text }),
    /** Looks as a link says; nothing of it is told back. */
    lookAt(mode, place) {
      look.value = mode
      stage.setMode(mode)
      fit()
      stage.lookAt(place)
      draw()
      view.stop()
      view.known()
    },
    focus: () => stage.el.focus({ preventScroll: true }),
    remove() {
      gone.abort()
      view.stop()
      resized.disconnect()
      el.remove()
    },
  }
}
