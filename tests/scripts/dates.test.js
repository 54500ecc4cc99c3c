// Dates that people type, the calendar's weeks, and what is said of a date.

import assert from "node:assert/strict"
import { test } from "node:test"
import { status } from "../../explorer/browser/shared.js"
import { nearestDate, readDay, weeksOf } from "../../explorer/views/animation/dates.js"
import { dateState, qualityText } from "../../explorer/views/animation/timeline.js"

test("a date is read however people write it", () => {
  const read = (text) => readDay(text, 2018)
  for (const text of [
    "2018-07-02",
    "2 July 2018",
    "2nd of July 2018",
    "2 jul 18",
    "July 2, 2018",
    "2.7.2018",
    "2/7/18",
    "20180702",
    "2 jul",
  ])
    assert.equal(read(text), "2018-07-02", text)
  assert.equal(read("jul 18"), "2018-07-18")
  assert.equal(readDay("jul 18", 2019), "2019-07-18")
  assert.deepEqual(["July 2018", "2018-07", "7/2018"].map(read), ["2018-07-15", "2018-07-15", "2018-07-15"])
})

test("what is no date, or could be several, is none", () => {
  for (const text of [
    "",
    "ju",
    "foo",
    "18",
    "2019",
    "31 feb 2018",
    "2018-13-01",
    "2018-07-02 2019",
    "jul aug",
    "1 2 3 4",
    "9999999999",
  ])
    assert.equal(readDay(text, 2018), null, text)
})

test("the nearest date is one that may be shown", () => {
  const dates = ["2018-07-02", "2018-07-07", "2018-07-12"]
  assert.equal(
    nearestDate(dates, "2018-07-08", () => true),
    1,
  )
  assert.equal(
    nearestDate(dates, "2018-07-08", (i) => i !== 1),
    2,
  )
  assert.equal(
    nearestDate(dates, "2017-01-01", () => true),
    0,
  )
  assert.equal(
    nearestDate(dates, "2018-07-08", () => false),
    -1,
  )
})

test("weeks begin on Monday and hold every day of the month once", () => {
  for (const [year, month, days, first] of [
    [2018, 7, 31, 6],
    [2019, 2, 28, 4],
    [2018, 10, 31, 0],
  ]) {
    const weeks = weeksOf(year, month)
    assert.ok(weeks.every((week) => week.length === 7))
    assert.deepEqual(
      weeks.flat().filter((day) => day !== null),
      Array.from({ length: days }, (_, i) => i + 1),
    )
    assert.equal(weeks[0].indexOf(1), first)
  }
})

test("a date says whether it is there, how much is filled, or why it is missing", () => {
  const now = {
    status: [status.THERE, status.THERE, status.ABSENT, status.BROKEN, status.WAITING],
    reasons: { 3: "cut short" },
    gaps: [0, 0.126, null, null, null],
    gapsKnown: true,
    settled: true,
  }
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((i) => dateState(now, i).text),
    [
      "there, all of it measured",
      "there, 13 % gap-filled",
      "missing: the corpus has no chip",
      "missing: its chip cannot be shown: cut short",
      "loading",
    ],
  )
  assert.equal(dateState({ ...now, gaps: null, gapsKnown: false }, 0).text, "there; gap-filling: loading")
  assert.equal(dateState({ ...now, gaps: null }, 0).text, "there")
  assert.deepEqual(qualityText({ cloud_distance_days: [6.234, null] }, 0), ["cloud distance days: 6.23 on average"])
  assert.deepEqual(qualityText({ cloud_distance_days: [6.234, null] }, 1), [])
  assert.deepEqual(qualityText(null, 0), [])
})
