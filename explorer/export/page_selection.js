// The page's state, in one place: what is shown, how it is changed, and who hears of a change.

/** @import { Cubes } from "./page_cube.js" */
/** @import { Calendar, Model, Sample } from "./page_model.js" */
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
 */

/** @typedef {"sample" | "cubes" | "date" | "picture" | "pins" | "step" | "playing" | "loop"} Change What can have changed; `cubes` means all of the sample. */

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
  /** @param {boolean} value */
  const setPlaying = (value) => {
    if (value === state.playing) return
    state.playing = value
    tell("playing")
    const { there } = state.sample.planet
    if (value && !state.loop && !there.some((index) => index > state.index)) seek(there[0] ?? 0)
  }
  /** @param {number} index */
  const seek = (index) => {
    state.index = Math.min(calendar.dates.length - 1, Math.max(0, index))
    tell("date")
  }
  /** @param {number} way */
  const step = (way) => {
    const { there } = state.sample.planet
    if (!there.length) return false
    const next = way > 0 ? there.find((index) => index > state.index) : there.findLast((index) => index < state.index)
    if (next === undefined && !(state.playing && state.loop)) return false
    seek(next ?? there[0])
    return true
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
     * A step of the story: what it does not name stays. One that there is not changes nothing.
     * @param {number} number
     */
    async goTo(number) {
      const one = model.story?.states[number]
      if (!one) return
      state.step = number
      state.dated = one.date !== null
      if (one.date !== null) state.index = one.date
      if (one.pixels.length) state.pins = one.pixels.map(([row, col], i) => ({ row, col, name: one.names[i] ?? "" }))
      state.picture = one.picture in model.pictures ? one.picture : "true"
      if (state.cubes && (one.sample ?? state.sample.id) === state.sample.id) {
        measure()
        tell("step", "date", "picture", "pins")
        return
      }
      tell("step")
      await show(one.sample ?? state.sample.id)
    },
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
     * To the first date that is there (`way` -1), or the last one (1).
     * @param {number} way
     */
    jump(way) {
      setPlaying(false)
      const { there } = state.sample.planet
      if (there.length) seek(way < 0 ? there[0] : there.at(-1))
    },
    /** @param {boolean} value */
    setLoop(value) {
      state.loop = value
      tell("loop")
    },
    /** @param {number} value Dates a second */
    setSpeed(value) {
      state.speed = value
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
