// How the map moves by itself, in numbers.

import assert from "node:assert/strict"
import { test } from "node:test"
import { flight, letGo } from "../../explorer/views/map/map_moves.js"

const line = (speed, count = 8, step = 10) =>
  Array.from({ length: count }, (_, i) => ({ t: i * step, x: i * step * speed, y: 0 }))

test("a pointer that let go while it moved had its speed", () => {
  const points = line(0.8)
  assert.deepEqual(letGo(points, points.at(-1).t + 4), { x: 0.8, y: 0 })
})

test("a pointer that stood still before it let go moves nothing", () => {
  const points = line(0.8)
  assert.deepEqual(letGo(points, points.at(-1).t + 120), { x: 0, y: 0 })
  assert.deepEqual(letGo([], 10), { x: 0, y: 0 })
  assert.deepEqual(letGo(line(0.01), 74), { x: 0, y: 0 })
  assert.deepEqual(letGo(line(0.8, 1), 1), { x: 0, y: 0 })
})

test("only the last moment counts, and no speed is beyond what eyes can follow", () => {
  const slow = line(0.5, 20),
    turned = [...slow, ...line(-0.5, 11).map(({ t, x }) => ({ t: t + 200, x: 100 + x, y: 0 }))]
  assert.ok(letGo(turned, 300).x < 0)
  assert.ok(Math.abs(Math.hypot(...Object.values(letGo(line(40), 72))) - 3.5) < 1e-9)
})

test("a flight begins slowly, ends where it is to end, and takes neither an instant nor for ever", () => {
  const to = /** @type {[number, number, number]} */ ([10, 20, 100])
  const way = (duration) => Object.assign((t) => [10 * t, 20 * t, 100], { duration })
  assert.equal(flight(way(1), to).duration, 300)
  assert.equal(flight(way(1e6), to).duration, 1200)
  const { duration, at } = flight(way(2000), to)
  assert.ok(duration > 300 && duration < 1200)
  assert.deepEqual(at(0), [0, 0, 100])
  assert.deepEqual(at(duration), to)
  assert.deepEqual(at(duration * 3), to)
  assert.ok(at(duration / 10)[0] < 0.5)
  const steps = Array.from({ length: 20 }, (_, i) => at((duration * i) / 19)[0])
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => a - b),
  )
})
