// The page's room: of the window, or of the cell that holds it.

import assert from "node:assert/strict"
import { test } from "node:test"
import { meets, roomQuery } from "../../explorer/views/common/room.js"

test("all conditions of a query have to be met, ends included", () => {
  const query = "(max-height: 840px) and (min-width: 1251px)"
  assert.equal(meets(query, { width: 1251, height: 840 }), true)
  assert.equal(meets(query, { width: 1250, height: 840 }), false)
  assert.equal(meets(query, { width: 1251, height: 841 }), false)
})

test("the cell is found across shadow roots; without one it is the window", () => {
  globalThis.window = { matchMedia: () => ({ matches: true, addEventListener: () => {} }) }
  try {
    const cell = { classList: { contains: (name) => name === "explorer-cell" }, clientWidth: 700, clientHeight: 860 }
    const inside = { parentNode: null, host: { parentNode: cell } }
    assert.equal(roomQuery(inside, "(min-width: 1251px)").matches, false)
    assert.equal(roomQuery(inside, "(max-width: 1250px)").matches, true)
    assert.equal(roomQuery({ parentNode: null }, "(min-width: 1251px)").matches, true)
  } finally {
    globalThis.window = undefined
  }
})
