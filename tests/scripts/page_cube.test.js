// The stand-alone page's cubes: what Python packed comes out again, value by value.

import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { before, test } from "node:test"
import { fileURLToPath } from "node:url"
import { makeCubes, PlanetCube, SentinelCube } from "../../explorer/export/page_cube.js"
import { rgba } from "../../explorer/export/page_paint.js"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))

const bytes = (base64) => Uint8Array.from(Buffer.from(base64, "base64"))
const numbers = (base64, Type) => new Type(bytes(base64).buffer)
let packed
before(() => {
  const text = execFileSync(".venv/bin/python", ["-m", "tests.scripts.packed_cubes"], { cwd: ROOT, maxBuffer: 2 ** 28 })
  packed = JSON.parse(text.toString())
})

const AREA = 200 * 200
const openPlanet = () => PlanetCube.open(packed.planet.header, bytes(packed.planet.data))

test("any pixel of Planet Fusion has the values that Python says a page has, and none where nothing was measured", async () => {
  const cube = await openPlanet()
  const { header, nodata, calendar } = packed.planet
  const values = numbers(packed.planet.values, Int16Array)
  for (const [row, col] of [
    [0, 0],
    [77, 133], // corrected by itself
    [10, 3], // a hole on the first date
    [199, 199],
    [120, 60],
  ]) {
    const found = cube.pixel(row, col, calendar)
    assert.deepEqual(Object.keys(found), header.bands)
    header.bands.forEach((name, b) => {
      const wanted = new Float64Array(calendar).fill(Number.NaN)
      header.there.forEach((index, t) => {
        const value = values[(t * header.bands.length + b) * AREA + row * 200 + col]
        wanted[index] = value === nodata ? Number.NaN : value
      })
      assert.deepEqual(found[name], wanted, `${name} of ${row}, ${col}`)
    })
  }
  assert.ok(cube.pixel(77, 133, calendar).red[2] > 9900)
  assert.ok(Number.isNaN(cube.pixel(10, 3, calendar).red[0]))
})

test("a frame of Planet Fusion is its pixels before they are rounded", async () => {
  const cube = await openPlanet()
  const { header, nodata } = packed.planet
  const values = numbers(packed.planet.values, Int16Array)
  for (const [t, index] of header.there.entries()) {
    const frames = cube.frame(index, ["nir", "red"])
    for (const [frame, name] of [
      [frames[0], "nir"],
      [frames[1], "red"],
    ]) {
      const start = (t * header.bands.length + header.bands.indexOf(name)) * AREA
      let worst = 0
      for (let p = 0; p < AREA; p++) {
        const wanted = values[start + p]
        assert.equal(Number.isNaN(frame[p]), wanted === nodata)
        if (wanted !== nodata) worst = Math.max(worst, Math.abs(frame[p] - wanted))
      }
      assert.ok(worst < 0.51, `${name} of ${index}: ${worst}`)
    }
  }
})

test("which pixels were filled is known of each date that is there, and of no other", async () => {
  const cube = await openPlanet()
  const { header } = packed.planet
  const filled = bytes(packed.planet.filled)
  header.there.forEach((index, t) => {
    const date = filled.subarray(t * AREA, (t + 1) * AREA)
    for (let p = 0; p < AREA; p++) assert.equal(cube.gapFilled(index, Math.floor(p / 200), p % 200), date[p] === 1)
    assert.equal(cube.gapShare(index), date.reduce((sum, one) => sum + one, 0) / AREA)
  })
  assert.deepEqual([cube.has(1), cube.gapFilled(1, 0, 0), cube.gapShare(1)], [false, false, 0])
})

for (const kind of ["unsigned", "signed"])
  test(`Sentinel-2 is exact, ${kind} numbers of all sizes`, async () => {
    const { header, data } = packed[kind]
    const values = numbers(packed[kind].values, Int32Array)
    const cube = await SentinelCube.open(header, bytes(data))
    assert.equal(cube.planes.length, values.length)
    assert.equal(
      cube.planes.findIndex((value, i) => value !== values[i]),
      -1,
    )
    const [index] = header.there.slice(1)
    const [frame] = cube.frame(index, ["B05"])
    const place = 40 * 60 + 7
    assert.equal(frame[place], Math.fround(cube.plane(index, "B05")[place]))
    assert.equal(cube.pixel(40, 7, 12).B05[index], frame[place])
    assert.ok(cube.frame(index, ["B08"])[0].every(Number.isNaN)) // a band without a value
    // A hole is none of the values, and so is a month that is not there.
    assert.ok(Number.isNaN(frame[6 * 60 + 6]))
    assert.ok(Number.isNaN(cube.pixel(6, 6, 12).B05[index]))
    assert.ok(Number.isNaN(cube.pixel(40, 7, 12).B05[1]))
  })

test("cubes of which nothing is there are empty", async () => {
  const open = makeCubes(() => new Uint8Array())
  const sample = {
    id: "one",
    number: 0,
    planet: packed.nothing.planet.header,
    sentinel: packed.nothing.sentinel.header,
  }
  const { planet, sentinel } = await open(sample)
  assert.deepEqual([planet.empty, sentinel.empty, planet.has(0)], [true, true, false])
})

test("a sample's cubes are unpacked once, of the two elements of its number", async () => {
  const asked = []
  const elements = { "planet-3": packed.planet.data, "sentinel-3": packed.unsigned.data }
  const open = makeCubes((id) => {
    asked.push(id)
    return bytes(elements[id])
  })
  const sample = { id: "one", number: 3, planet: packed.planet.header, sentinel: packed.unsigned.header }
  const [first, second] = await Promise.all([open(sample), open(sample)])
  assert.equal(first, second)
  assert.deepEqual(asked, ["planet-3", "sentinel-3"])
})

test("a picture is black to white between its ends, and transparent where a band is missing", () => {
  const plane = (...values) => Float32Array.from(values)
  const grey = rgba([plane(100, 600, 1100, -50, 9000, Number.NaN)], [[100, 1100]], 1)
  const pixel = (pixels, p) => [...pixels.subarray(4 * p, 4 * p + 4)]
  assert.deepEqual(pixel(grey, 0), [0, 0, 0, 255])
  assert.deepEqual(pixel(grey, 1), [128, 128, 128, 255])
  assert.deepEqual(pixel(grey, 2), [255, 255, 255, 255])
  assert.deepEqual(pixel(grey, 3), [0, 0, 0, 255])
  assert.deepEqual(pixel(grey, 4), [255, 255, 255, 255])
  assert.equal(pixel(grey, 5)[3], 0)
  const spans = [
    [0, 100],
    [0, 100],
    [0, 200],
  ]
  const colour = rgba([plane(100, 0), plane(0, Number.NaN), plane(100, 0)], spans, 1)
  assert.deepEqual(pixel(colour, 0), [255, 0, 128, 255])
  assert.equal(pixel(colour, 1)[3], 0)
  assert.ok(rgba([plane(25)], [[0, 100]], 2)[0] > rgba([plane(25)], [[0, 100]], 1)[0]) // gamma brightens
})

test("natural colour is the explorer's own", () => {
  const { span, gamma, middle, dn, levels } = packed.natural
  const pixels = rgba([Float32Array.from(dn)], [span], gamma, middle)
  levels.forEach((level, i) =>
    assert.ok(Math.abs(pixels[4 * i] - level) <= 1, `${dn[i]}: ${pixels[4 * i]}, not ${level}`),
  )
  assert.ok(levels.at(-1) === 255 && levels[90] < 250)
})
