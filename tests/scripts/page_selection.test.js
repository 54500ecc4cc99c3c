// The stand-alone page's state: samples, dates, pins, the story's steps, and what plays.

import assert from "node:assert/strict"
import { test } from "node:test"
import { keysOf } from "../../explorer/export/page_keys.js"
import { runPlayer } from "../../explorer/export/page_player.js"
import { cubesOf, modelOf, selectionOf } from "./small_page.js"

const step = (more = {}) => ({ sample: null, date: null, pixels: [], names: [], picture: "true", ...more })
const storyOf = (...states) => modelOf({ story: { title: "", author: "", states } })

test("a sample opens on the date that is chosen, or on the nearest that it has", async () => {
  const { selection, state, heard } = selectionOf()
  await selection.openSample("one")
  assert.equal(state.index, 3)
  assert.deepEqual(heard(), ["sample", "cubes"])
  assert.equal(state.series[0].pf.red[3], 1400)
  selection.stopAt(4)
  assert.equal(state.index, 4) // a person may look at a date that is not there
  await selection.openSample("two")
  assert.equal(state.index, 6)
  await selection.openSample("two")
  assert.deepEqual(heard(), ["date", "sample", "cubes"]) // the second time nothing happens
})

test("of two samples chosen one after the other the second is shown, whichever is unpacked first", async () => {
  const waiting = new Map()
  const { selection, state, heard } = selectionOf(
    modelOf(),
    (sample) => new Promise((done) => waiting.set(sample.id, () => done(cubesOf(sample)))),
  )
  const first = selection.openSample("one")
  const second = selection.openSample("two")
  waiting.get("two")()
  await second
  waiting.get("one")()
  await first
  assert.equal(state.sample.id, "two")
  assert.ok(!state.cubes.planet.has(0))
  assert.deepEqual(heard(), ["sample", "sample", "cubes"])
})

test("steps go over dates that are missing, and stop at the ends", async () => {
  const { selection, state } = selectionOf()
  await selection.openSample("one")
  selection.move(1)
  assert.equal(state.index, 5)
  assert.equal(selection.step(1), false)
  assert.equal(state.index, 5)
  selection.jump(-1)
  selection.move(1)
  assert.equal(state.index, 2)
  selection.jump(1)
  assert.equal(state.index, 5)
  selection.stopAt(-4)
  assert.equal(state.index, 0)
  selection.stopAt(99)
  assert.equal(state.index, 6)
})

test("pins: one instead of all, one more, and never more than there are colours", async () => {
  const { selection, state, heard } = selectionOf()
  await selection.openSample("one")
  heard()
  selection.pick({ row: 1, col: 1 }, false)
  selection.pick({ row: 2, col: 2 }, true)
  selection.pick({ row: 1, col: 1 }, true) // the same pixel: it is the last one now
  assert.deepEqual(
    state.pins.map(({ row }) => row),
    [2, 1],
  )
  selection.pick({ row: 3, col: 3 }, true)
  selection.pick({ row: 4, col: 4 }, true)
  assert.deepEqual(
    state.pins.map(({ row }) => row),
    [1, 3, 4],
  )
  selection.removePin(1)
  assert.deepEqual(
    state.series.map(({ pin, pf }) => [pin.row, pf.red[0]]),
    [
      [1, 1001],
      [4, 1004],
    ],
  )
  assert.deepEqual([...new Set(heard())], ["pins"])
})

test("a step of the story sets what it names, and leaves the rest", async () => {
  const model = storyOf(
    step(),
    step({ sample: "two", date: 2, pixels: [[5, 6]], names: ["wood"], picture: "false" }),
    step({ sample: "two", date: 6, picture: "no-such" }),
  )
  const { selection, state, heard } = selectionOf(model)
  await selection.goTo(0)
  assert.deepEqual([state.step, state.sample.id, state.index], [0, "one", 0])
  assert.deepEqual(heard(), ["step", "sample", "cubes"])
  await selection.goTo(1)
  assert.deepEqual([state.sample.id, state.picture], ["two", "false"])
  assert.equal(state.index, 2) // the story asked for it: that it is missing is shown
  assert.deepEqual(state.pins, [{ row: 5, col: 6, name: "wood" }])
  heard()
  await selection.goTo(2)
  assert.deepEqual([state.index, state.picture, state.pins[0].name], [6, "true", "wood"])
  assert.deepEqual(heard(), ["date", "picture", "pins", "step"])
  await selection.goTo(3)
  await selection.goTo(-1)
  assert.equal(state.step, 2)
  assert.deepEqual(heard(), [])
})

test("a step without a sample draws its own picture when one comes back to it", async () => {
  const { selection, state, heard } = selectionOf(storyOf(step(), step({ sample: "one", date: 3, picture: "false" })))
  await selection.goTo(0)
  await selection.goTo(1)
  heard()
  await selection.goTo(0)
  assert.equal(state.picture, "true")
  assert.ok(heard().includes("picture"))
})

test("who hears of several changes is called once", async () => {
  const { selection } = selectionOf(storyOf(step({ sample: "one" }), step({ sample: "one", date: 5 })))
  let calls = 0
  await selection.goTo(0)
  selection.on(["date", "picture", "pins"], () => calls++)
  await selection.goTo(1)
  assert.equal(calls, 1)
})

const played = (selection) => {
  let next = null
  runPlayer(selection, (then) => {
    assert.equal(next, null) // one frame at a time is asked for
    next = then
  })
  return (now) => {
    const then = next
    next = null
    then?.(now)
    return next !== null
  }
}

test("it plays so many dates a second, over what is missing, and round", async () => {
  const { selection, state } = selectionOf()
  await selection.openSample("one")
  const frame = played(selection)
  selection.setPlaying(true)
  frame(1000)
  assert.equal(state.index, 3)
  frame(1099)
  assert.equal(state.index, 3)
  frame(1100) // ten a second
  assert.equal(state.index, 5)
  frame(1200)
  assert.equal(state.index, 0) // the first one after the last
  selection.setSpeed(2)
  frame(1300)
  assert.equal(state.index, 2)
  frame(1700)
  assert.equal(state.index, 2)
  frame(1800)
  assert.equal(state.index, 3)
  frame(60_000) // the tab was hidden for long: it makes up for one date, and not for all
  frame(60_016)
  frame(60_032)
  assert.equal(state.index, 0)
  selection.setPlaying(false)
  assert.equal(frame(60_600), false)
  assert.equal(state.index, 0)
})

test("without the loop it ends at the last date, and begins again at the first", async () => {
  const { selection, state } = selectionOf()
  await selection.openSample("one")
  const frame = played(selection)
  selection.setLoop(false)
  selection.setPlaying(true)
  frame(0)
  frame(100)
  assert.equal(state.index, 5)
  frame(200)
  assert.equal(state.playing, false)
  selection.setPlaying(true)
  assert.equal(state.index, 0)
})

test("a date that a person chooses stops it, and so do the keys that step", async () => {
  const { selection, state } = selectionOf()
  await selection.openSample("one")
  const keys = keysOf(selection)
  for (const act of [keys.ArrowLeft, keys.ArrowRight, keys.Home, keys.End, () => selection.stopAt(3)]) {
    keys[" "]()
    assert.equal(state.playing, true)
    act()
    assert.equal(state.playing, false)
  }
})

const WHOLE = { mode: "single", other: -1, scale: 1, row: 0, col: 0, split: 0.5, layer: "", overlay: "", ground: false }
const playback = (more = {}) => ({ motion: "", first: 0, last: 6, speed: 10, loop: true, ...more })

test("a step is looked at and plays as it says, and the next one is as on a fresh page where it says nothing", async () => {
  const { selection, state } = selectionOf(
    storyOf(
      step({
        sample: "one",
        date: 3,
        panel: "planet",
        look: { ...WHOLE, mode: "swipe", other: 5, scale: 2.5, row: 40, col: 50, split: 0.3, layer: "gaps" },
        play: playback({ motion: "run", first: 2, last: 3, speed: 2, loop: false }),
      }),
      step({ date: 3, panel: "", look: WHOLE, play: playback({ motion: "hold" }) }),
    ),
  )
  await selection.goTo(0)
  assert.deepEqual([state.look.mode, state.look.other, state.look.split], ["swipe", 5, 0.3])
  assert.deepEqual(
    [state.range, state.speed, state.loop, state.playing, state.panel],
    [[2, 3], 2, false, true, "planet"],
  )
  assert.equal(state.index, 2) // it was at its end, and begins again
  await selection.goTo(1)
  assert.deepEqual(state.look, WHOLE)
  assert.deepEqual([state.range, state.speed, state.loop, state.playing, state.panel], [[0, 6], 10, true, false, ""])
})

test("only the range plays, round and round, and a step by hand leaves it", async () => {
  const { selection, state } = selectionOf()
  await selection.openSample("one")
  selection.setEnd("first", 2)
  selection.setEnd("last", 3)
  selection.setPlaying(true)
  selection.step(1)
  assert.equal(state.index, 2)
  selection.step(1)
  assert.equal(state.index, 3)
  selection.move(1)
  assert.equal(state.index, 5)
  selection.jump(-1)
  assert.equal(state.index, 2)
  selection.setEnd("last", 1) // before the first one
  assert.deepEqual(state.range, [1, 1])
})

test("compared with nothing chosen, the other date is there; by keys it stays in the calendar", async () => {
  const { selection, state } = selectionOf()
  await selection.openSample("one")
  selection.setLook({ mode: "side" })
  assert.ok(state.look.other >= 0 && state.look.other < 7)
  selection.compareWith(99)
  assert.equal(state.look.other, 6)
  selection.setLook({ scale: 99 })
  assert.equal(state.look.scale, 16)
})
