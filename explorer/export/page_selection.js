// The page's state, in one place: what is shown, how it is changed, and who hears of a change.

/** @import { Cubes } from "./page_cube.js" */
/** @import { Calendar, Look, Model, Sample, Step } from "./page_model.js" */
/** @import { Pin, Series } from "./page_pixels.js" */

import { seriesOf } from "./page_pixels.js"

/**
 * @typedef {object} State Read by everybody, written here alone.
 * @property {Sample} sample
 * @property {Cubes | null} cubes Of the sample; null while they are unpacked.
 * @property {number} index Of the date shown.
 * @property {boolean} dated Whether the story asked for that date: then it is shown though the sample may lack it.
 * @property {string} picture Name of what the animation shows.
 * @property {Pin[]} pins One at least.
 * @property {Series[]} series Values of the pins; none without cubes.
 * @property {number} step Of the story; -1 before it begins, or without one.
 * @property {boolean} playing
 * @property {boolean} loop
 * @property {number} speed Dates a second.
 * @property {[first: number, last: number]} range Indices of the dates that play.
 * @property {Look} look
 * @property {string} panel What has the page for itself; empty: nothing.
 */

/** @typedef {"sample" | "cubes" | "date" | "picture" | "pins" | "step" | "playing" | "loop" | "speed" | "range" | "look" | "panel"} Change What can have changed; `cubes` means all of the sample. */

/** @type {Look} */
const WHOLE = { mode: "single", other: -1, scale: 1, row: 0, col: 0, split: 0.5, layer: "", overlay: "", ground: false }
const MOST_ZOOM = 16
const SEASON = 73 // dates of a year: another date is the same season's, where nobody has chosen one

/** @typedef {ReturnType<typeof makeSelection>} Selection */
/**
 * @param {Model} model
 * @param {Calendar} calendar
 * @param {(sample: Sample) => Promise<Cubes>} open Unpacks a sample's cubes.
 */
export const makeSelection = (model, calendar, open) => {
  /** @type {State} */
  const state = {
    sample: model.samples[0],
    cubes: null,
    index: model.story ? 0 : model.start,
    dated: false,
    picture: "true",
    pins: [{ row: 100, col: 100, name: "" }],
    series: [],
    step: -1,
    playing: false,
    loop: true,
    speed: 10,
    range: [0, calendar.dates.length - 1],
    look: WHOLE,
    panel: "",
  }
  /** @type {Array<{ changes: Change[], listener: () => void }>} */
  const listeners = []
  let ticket = 0

  /** @param {Change[]} changed */
  const tell = (...changed) => {
    for (const { changes, listener } of listeners) if (changes.some((one) => changed.includes(one))) listener()
  }
  const measure = () => {
    const { cubes, pins } = state
    state.series = cubes ? seriesOf(cubes, pins, calendar.dates.length, calendar.months.length) : []
  }
  /** @param {Pin[]} pins */
  const setPins = (pins) => {
    state.pins = pins
    measure()
    tell("pins")
  }
  /** @param {string} id */
  const show = async (id) => {
    const mine = ++ticket
    if (state.sample.id === id && state.cubes) return
    const sample = model.samples.find((one) => one.id === id)
    Object.assign(state, { sample, cubes: null, series: [] })
    tell("sample")
    const cubes = await open(sample)
    if (mine !== ticket) return // another one was chosen meanwhile
    state.cubes = cubes
    const { there } = sample.planet
    if (!state.dated && there.length && !cubes.planet.has(state.index))
      state.index = there.reduce((a, b) => (Math.abs(b - state.index) < Math.abs(a - state.index) ? b : a))
    measure()
    tell("cubes")
  }
  /** The dates that are there and play. */
  const inRange = () => state.sample.planet.there.filter((index) => index >= state.range[0] && index <= state.range[1])
  /** @param {boolean} value */
  const setPlaying = (value) => {
    if (value === state.playing) return
    state.playing = value
    tell("playing")
    const playing = inRange()
    if (value && !state.loop && !playing.some((index) => index > state.index)) seek(playing[0] ?? 0)
  }
  /** @param {number} index */
  const seek = (index) => {
    state.index = Math.min(calendar.dates.length - 1, Math.max(0, index))
    tell("date")
  }
  /** @param {number} way */
  const step = (way) => {
    const there = state.playing ? inRange() : state.sample.planet.there
    if (!there.length) return false
    const next = way > 0 ? there.find((index) => index > state.index) : there.findLast((index) => index < state.index)
    if (next === undefined && !(state.playing && state.loop)) return false
    seek(next ?? there[0])
    return true
  }
  /** @param {Partial<Look>} change */
  const setLook = (change) => {
    const look = { ...state.look, ...change }
    if (look.mode !== "single" && look.other < 0)
      look.other =
        state.index + SEASON < calendar.dates.length ? state.index + SEASON : Math.max(0, state.index - SEASON)
    look.scale = Math.min(MOST_ZOOM, Math.max(1, look.scale))
    state.look = look
    tell("look")
  }
  /** @param {Partial<Pick<State, "range" | "speed" | "loop">>} how */
  const setPlay = (how) => {
    const changed = /** @type {Array<"range" | "speed" | "loop">} */ (Object.keys(how)).filter(
      (key) => String(how[key]) !== String(state[key]),
    )
    Object.assign(state, how)
    if (changed.length) tell(...changed)
  }
  /** @param {string} name */
  const setPanel = (name) => {
    state.panel = name
    tell("panel")
  }
  /** @param {Step} one */
  const showAs = ({ look, play, panel }) => {
    if (look) setLook({ ...WHOLE, ...look })
    if (play) setPlay({ range: [play.first, play.last], speed: play.speed, loop: play.loop })
    if (panel !== undefined) setPanel(panel)
  }
  /** @param {Step} one */
  const moveAs = ({ play }) => {
    // Where the system asks for reduced motion, nothing plays by itself.
    const still = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches
    if (play?.motion) setPlaying(play.motion === "run" && !still)
  }
  /** @param {Step} one */
  const goAs = async (one) => {
    state.dated = one.date !== null
    if (one.date !== null) state.index = one.date
    if (one.pixels.length) state.pins = one.pixels.map(([row, col], i) => ({ row, col, name: one.names[i] ?? "" }))
    state.picture = one.picture in model.pictures ? one.picture : "true"
    if (state.cubes && (one.sample ?? state.sample.id) === state.sample.id) {
      measure()
      tell("step", "date", "picture", "pins")
      showAs(one)
      moveAs(one)
      return
    }
    tell("step")
    showAs(one)
    const mine = ticket + 1
    await show(one.sample ?? state.sample.id)
    if (mine === ticket) moveAs(one) // else another one was chosen meanwhile
  }

  return {
    /** @type {Readonly<State>} */
    state,
    /**
     * Calls `listener` after each change of one of these, once, and in the order in which listeners were added.
     * @param {Change[]} changes
     * @param {() => void} listener
     */
    on(changes, listener) {
      listeners.push({ changes, listener })
    },
    /**
     * Another sample, on its date nearest to the one shown. Done once that is drawn.
     * @param {string} id
     */
    openSample(id) {
      state.dated = false
      return show(id)
    },
    /**
     * A step of the story: sample, date and pins that it does not name stay. One that there is not changes nothing.
     * @param {number} number
     */
    async goTo(number) {
      const one = model.story?.states[number]
      if (!one) return
      state.step = number
      await goAs(one)
    },
    /**
     * The page as it opens without a story.
     * @param {Step} one
     */
    open: goAs,
    /**
     * The next date that is there (`way` 1), or the one before (-1); while it plays in a loop, round to the first one.
     * Whether there was one.
     * @param {number} way
     * @returns {boolean}
     */
    step,
    setPlaying,
    /**
     * A date that a person chose: it does not play on.
     * @param {number} index
     */
    stopAt(index) {
      setPlaying(false)
      seek(index)
    },
    /**
     * To the next date that is there or the one before, by a person.
     * @param {number} way
     */
    move(way) {
      setPlaying(false)
      step(way)
    },
    /**
     * To the first date that is there and plays (`way` -1), or the last one (1).
     * @param {number} way
     */
    jump(way) {
      setPlaying(false)
      const there = inRange()
      if (there.length) seek(way < 0 ? there[0] : there.at(-1))
    },
    /** @param {boolean} value */
    setLoop(value) {
      setPlay({ loop: value })
    },
    /** @param {number} value Dates a second */
    setSpeed(value) {
      setPlay({ speed: value })
    },
    /**
     * What plays begins or ends at a date.
     * @param {"first" | "last"} end
     * @param {number} index
     */
    setEnd(end, index) {
      const [first, last] = state.range
      setPlay({ range: end === "first" ? [index, Math.max(index, last)] : [Math.min(first, index), index] })
    },
    setLook,
    setPanel,
    /**
     * The date that the image is compared with.
     * @param {number} index
     */
    compareWith(index) {
      setLook({ other: Math.min(calendar.dates.length - 1, Math.max(0, index)) })
    },
    /** @param {string} name */
    setPicture(name) {
      state.picture = name
      tell("picture")
    },
    /**
     * A pixel instead of the pins, or one more; the first ones go where there are too many.
     * @param {{ row: number, col: number }} pixel
     * @param {boolean} add
     */
    pick({ row, col }, add) {
      const others = add ? state.pins.filter((pin) => pin.row !== row || pin.col !== col) : []
      setPins([...others, { row, col, name: "" }].slice(-model.colours.pins.length))
    },
    /** @param {number} number */
    removePin(number) {
      setPins(state.pins.filter((_, i) => i !== number))
    },
  }
}
