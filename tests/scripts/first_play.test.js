// The first play of the year: for whom, in which order, and where it is after a time. The hints that follow.

import assert from "node:assert/strict"
import { test } from "node:test"
import { asksForNothing, momentOf, yearUntil } from "../../explorer/views/animation/first_play.js"
import { goneHints, hintsFor } from "../../explorer/views/animation/hints.js"
import { earlyText } from "../../explorer/views/animation/timeline.js"

test("a link that says what is shown has no play of its own, one that says how it looks has", () => {
  assert.ok(asksForNothing(""))
  assert.ok(asksForNothing("?theme=dark&colours=safe"))
  for (const said of [
    "sample=a",
    "date=2018-07-02",
    "story=a-year-in-a-field",
    "review=ids:a",
    "panel=map",
    "theme=dark&view=side",
  ])
    assert.ok(!asksForNothing(`?${said}`), said)
})

test("the year plays once around, and its last date is the telling one", () => {
  const dates = ["2018-01-03", "2018-01-08", "2018-01-13", "2018-01-18", "2019-01-03"]
  assert.deepEqual(
    yearUntil(dates, () => true, 1),
    [2, 3, 0, 1],
  )
  assert.deepEqual(
    yearUntil(dates, () => true, 3),
    [0, 1, 2, 3],
  )
  assert.deepEqual(
    yearUntil(dates, (i) => i !== 2, 1),
    [3, 0, 1],
  )
  assert.deepEqual(
    yearUntil(dates, () => true, 4),
    [4],
  )
})

test("each date fades into the next, and the last one stays", () => {
  const order = [5, 6, 7]
  assert.deepEqual(momentOf(order, 0), { index: 5, next: 6, share: 0, over: false })
  assert.deepEqual(momentOf(order, 62.5), { index: 5, next: 6, share: 0.5, over: false })
  assert.deepEqual(momentOf(order, 125), { index: 6, next: 7, share: 0, over: false })
  assert.deepEqual(momentOf(order, 250), { index: 7, next: -1, share: 0, over: true })
  assert.deepEqual(momentOf(order, 99_999), { index: 7, next: -1, share: 0, over: true })
  assert.deepEqual(momentOf(order, -3), { index: 5, next: 6, share: 0, over: false }) // a frame that began before
})

test("play pressed early says how much is here, and nothing once all has come", () => {
  const state = { playing: true, dates: Array(146).fill(""), settled: false, readyMarked: false, range: [0, 145] }
  assert.match(earlyText(state, 41), /^41 of 146 dates are here/)
  assert.match(earlyText(state, 1), /^1 of 146 dates is here/)
  assert.match(earlyText({ ...state, range: [10, 29] }, 4), /^4 of 20 dates are here/)
  assert.match(earlyText({ ...state, settled: true }, 145), /^145 of 146/) // read, and not yet decoded
  assert.equal(earlyText({ ...state, settled: true, readyMarked: true }, 145), "")
  assert.equal(earlyText({ ...state, playing: false }, 41), "")
  assert.equal(earlyText({ ...state, dates: [] }, 0), "")
})

test("there are three hints, by mouse and by finger, and what was kept says which have gone", () => {
  for (const touch of [false, true]) {
    const hints = hintsFor(touch)
    assert.equal(hints.length, 3)
    assert.equal(new Set(hints.map(([name]) => name)).size, 3)
    assert.ok(!hints.some(([name]) => name.includes(",")))
  }
  assert.deepEqual([...goneHints("pixel,time")], ["pixel", "time"])
  assert.equal(goneHints("").size, 0)
})
