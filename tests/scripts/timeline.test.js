// The timeline by keys, and what it says of dates without a picture.

import assert from "node:assert/strict"
import { test } from "node:test"
import { gapText, status } from "../../explorer/browser/shared.js"
import { gapsText, handleByKey, lackText } from "../../explorer/views/animation/timeline.js"

const dates = ["2018-01-03", "2018-01-08", "2018-01-13", "2018-01-18"]
const at = (index, range = [0, 3], other = 1) => ({ index, range, other, dates })
const key = (name, shiftKey = false) => ({ key: name, shiftKey })

test("brackets begin and end what plays at the date shown, and again at the ends", () => {
  assert.deepEqual(handleByKey(key("["), at(2), false), { range: [2, 3] })
  assert.deepEqual(handleByKey(key("["), at(2, [2, 3]), false), { range: [0, 3] })
  assert.deepEqual(handleByKey(key("]"), at(1), false), { range: [0, 1] })
  assert.deepEqual(handleByKey(key("]"), at(1, [0, 1]), false), { range: [0, 3] })
})

test("a range never ends before it begins", () => {
  assert.deepEqual(handleByKey(key("["), at(3, [0, 1]), false), { range: [3, 3] })
  assert.deepEqual(handleByKey(key("]"), at(0, [2, 3]), false), { range: [0, 0] })
})

test("shift and arrows move the compared date within the calendar, and only while two are compared", () => {
  assert.deepEqual(handleByKey(key("ArrowRight", true), at(0), true), { other: 2 })
  assert.deepEqual(handleByKey(key("ArrowRight", true), at(0, [0, 3], 3), true), { other: 3 })
  assert.deepEqual(handleByKey(key("ArrowLeft", true), at(0, [0, 3], 0), true), { other: 0 })
  assert.ok(!handleByKey(key("ArrowLeft", true), at(0), false))
  assert.ok(!handleByKey(key("ArrowLeft"), at(0), true))
  assert.ok(!handleByKey(key("a"), at(0), true))
})

test("a date without a picture says why, and one that is still to come says nothing", () => {
  const state = {
    dates,
    status: [status.THERE, status.ABSENT, status.BROKEN, status.WAITING],
    reasons: { 2: "cut short" },
  }
  assert.equal(lackText(state, 0), "")
  assert.equal(lackText(state, 1), "No chip on 8 Jan 2018")
  assert.equal(lackText(state, 2), "Chip of 13 Jan 2018 cannot be shown: cut short")
  assert.equal(lackText({ ...state, reasons: {} }, 2), "Chip of 13 Jan 2018 cannot be shown: broken")
  assert.equal(lackText(state, 3), "")
})

test("a little that is gap-filled is not nothing", () => {
  assert.deepEqual([0, undefined, 0.004, 0.126].map(gapText), ["", "", "< 1 % gap-filled", "13 % gap-filled"])
})

test("of two dates it is said of each, once anything is gap-filled", () => {
  assert.equal(gapsText([0.63, 0.67]), "63 % and 67 % gap-filled")
  assert.equal(gapsText([0, 0.004]), "0 % and < 1 % gap-filled")
  assert.equal(gapsText([0, 0]), "")
  assert.equal(gapsText([0.5, undefined]), "50 % gap-filled")
  assert.equal(gapsText([0.5]), "50 % gap-filled")
})
