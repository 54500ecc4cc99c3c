// Choices and their answers, keys, wheels and dates.

import assert from "node:assert/strict"
import { mock, test } from "node:test"
import { letterOf, longDate, makeSoon, wheelFactor } from "../../explorer/browser/shared.js"
import { makeChoices } from "../../explorer/views/common/talking.js"

test("what is told of an earlier choice is not shown, the last state is, once all are heard", () => {
  const sent = []
  const shown = []
  const choices = makeChoices({ send_msg: (message) => sent.push(message) }, (data) => shown.push(data.state))
  choices.told({ state: "of the server" })
  choices.send({ type: "a" })
  choices.send({ type: "a" })
  choices.told({ state: "first" })
  choices.acknowledged({ number: 1 })
  assert.deepEqual(shown, ["of the server"])
  choices.told({ state: "second" })
  choices.acknowledged({ number: 2 })
  assert.deepEqual(shown, ["of the server", "second"])
  assert.deepEqual(sent, [
    { type: "a", number: 1 },
    { type: "a", number: 2 },
  ])
})

test("choices that nobody hears of do not hold the state back for good", () => {
  mock.timers.enable({ apis: ["setTimeout"] })
  try {
    const shown = []
    const choices = makeChoices({ send_msg() {} }, (data) => shown.push(data.state))
    choices.send({ type: "a" })
    choices.told({ state: "as it is" })
    mock.timers.tick(4999)
    assert.deepEqual(shown, [])
    mock.timers.tick(1)
    assert.deepEqual(shown, ["as it is"])
  } finally {
    mock.timers.reset()
  }
})

test("what is asked for often is drawn once, with all that has changed", () => {
  mock.timers.enable({ apis: ["setTimeout"] })
  globalThis.requestAnimationFrame = (then) => then(0)
  try {
    const drawn = []
    const soon = makeSoon((parts) => drawn.push([...parts]))
    for (const part of ["a", "b", "a"]) soon(part)
    assert.deepEqual(drawn, [])
    mock.timers.tick(0)
    soon("c")
    mock.timers.tick(0)
    assert.deepEqual(drawn, [["a", "b"], ["c"]])
  } finally {
    mock.timers.reset()
    delete globalThis.requestAnimationFrame
  }
})

test("a wheel's step of 100 px goes a quarter closer, in one event or in fifty", () => {
  const wheel = (deltaY, more = {}) => wheelFactor({ deltaX: 0, deltaY, deltaMode: 0, ctrlKey: false, ...more })
  assert.ok(Math.abs(wheel(-100) - 1.25) < 0.01)
  let all = 1
  for (let i = 0; i < 50; i++) all *= wheel(-2)
  assert.ok(Math.abs(all - wheel(-100)) < 1e-9)
  assert.ok(Math.abs(wheel(-100) * wheel(100) - 1) < 1e-9)
  assert.equal(wheel(-3, { deltaX: 40 }), 1)
  assert.equal(wheel(Number.NaN), 1)
  assert.ok(wheel(-1e9) <= 2 ** (400 / 310))
})

test("a letter is the one that is written on the key, or at its place on other layouts", () => {
  assert.equal(letterOf({ key: "A", code: "KeyQ", shiftKey: true }), "a")
  assert.equal(letterOf({ key: "ц", code: "KeyW", shiftKey: false }), "w")
  assert.equal(letterOf({ key: "ArrowUp", code: "ArrowUp", shiftKey: false }), "ArrowUp")
  assert.equal(letterOf({ key: "?", code: "Slash", shiftKey: true }), "?")
  assert.equal(letterOf({ key: "&", code: "Digit1", shiftKey: false }), "1")
  assert.equal(letterOf({ key: "!", code: "Digit1", shiftKey: true }), "!")
})

test("a date is written with the month's name", () => {
  assert.equal(longDate("2018-07-02"), "2 Jul 2018")
})
