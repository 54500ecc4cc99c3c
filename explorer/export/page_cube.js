// Reads what explorer/export/packing.py wrote: any frame and any pixel of a cube, computed when it is wanted.

/** @import { Header, PlanetHeader, Sample, SentinelHeader } from "./page_model.js" */
/** @typedef {{ planet: PlanetCube, sentinel: SentinelCube }} Cubes */
/** @typedef {Record<string, Float64Array>} Values DN by band, of each date of the calendar; NaN where nothing was measured. */

/**
 * Cubes of samples, each unpacked once.
 * @param {(id: string) => Uint8Array<ArrayBuffer>} bytesOf What is packed in the element of that id.
 * @returns {(sample: Sample) => Promise<Cubes>}
 */
export const makeCubes = (bytesOf) => {
  /** @type {Map<string, Promise<Cubes>>} */
  const opened = new Map()
  /** @param {Sample} sample */
  const open = async ({ number, planet, sentinel }) => ({
    planet: await PlanetCube.open(planet, bytesOf(`planet-${number}`)),
    sentinel: await SentinelCube.open(sentinel, bytesOf(`sentinel-${number}`)),
  })
  return (sample) => {
    const cubes = opened.get(sample.id) ?? open(sample)
    opened.set(sample.id, cubes)
    return cubes
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
const inflate = async (bytes) =>
  new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer(),
  )

/**
 * @param {Header} header
 * @param {Uint8Array<ArrayBuffer>} data
 * @returns {Promise<Record<string, Uint8Array>>}
 */
const openStreams = async (header, data) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(header.streams).map(async ([name, [start, length]]) => [
        name,
        await inflate(data.subarray(start, start + length)),
      ]),
    ),
  )

/**
 * Integers of 16 bits, little-endian whatever the machine is.
 * @template {Int16Array | Uint16Array} Integers
 * @param {Uint8Array} bytes
 * @param {new (length: number) => Integers} Type
 */
const integers = (bytes, Type) => {
  const found = new Type(bytes.length >> 1)
  for (let i = 0; i < found.length; i++) found[i] = bytes[2 * i] | (bytes[2 * i + 1] << 8)
  return found
}

/**
 * Planes of 16 bits from folded, partly predicted differences: `(plane, y, x)`.
 * @param {Header} header
 * @param {Record<string, Uint8Array>} streams
 */
const restored = (header, { low, high }) => {
  const size = header.size,
    area = size * size
  const out = new Int16Array(low.length)
  for (let i = 0; i < out.length; i++) {
    const folded = low[i] | (high[i] << 8)
    out[i] = (folded >> 1) ^ -(folded & 1)
  }
  header.predicted.forEach((is, k) => {
    if (!is) return
    for (let y = 0, i = k * area; y < size; y++) {
      for (let x = 0; x < size; x++, i++) {
        const west = x ? out[i - 1] : y ? out[i - size] : 0
        const north = y ? out[i - size] : west
        const corner = y ? (x ? out[i - size - 1] : north) : west
        const least = Math.min(west, north),
          most = Math.max(west, north)
        out[i] += corner >= most ? least : corner <= least ? most : west + north - corner // wraps at 16 bits
      }
    }
  })
  return out
}

/**
 * Whether a bit is set.
 * @param {Uint8Array} bits
 * @param {number} row
 * @param {number} each Bytes a row
 * @param {number} place Within the row
 */
const bit = (bits, row, each, place) => ((bits[row * each + (place >> 3)] >> (place & 7)) & 1) === 1

/** What the cubes of both sensors have: dates (months) by their index in the calendar, bands by name. */
class Cube {
  /** @param {Header} header */
  constructor(header) {
    this.size = header.size
    this.area = header.size ** 2
    this.bands = header.bands
    this.there = header.there
    /** Position among the dates that are there, by the index. */
    this.rowOf = new Map(header.there.map((index, i) => [index, i]))
  }
  get empty() {
    return this.there.length === 0
  }
  /** @param {number} index */
  has(index) {
    return this.rowOf.has(index)
  }
  /**
   * Room for a pixel's values.
   * @param {number} count Dates of the calendar
   * @returns {Values}
   */
  blank(count) {
    return Object.fromEntries(this.bands.map((name) => [name, new Float64Array(count).fill(NaN)]))
  }
}

/** A Planet Fusion cube: sums over principal components. A row is one band of one of the dates that are there. */
export class PlanetCube extends Cube {
  /**
   * @param {PlanetHeader} header
   * @param {Record<string, Uint8Array> | null} streams None where no date is there.
   */
  constructor(header, streams) {
    super(header)
    this.components = header.components
    this.scales = header.scales ?? []
    this.valid = streams?.valid ?? null
    this.gaps = streams?.gaps ?? null
    /** Bytes of a layer of bits. */
    this.each = Math.ceil(this.area / 8)
    if (!streams) return
    this.mean = integers(streams.mean, Int16Array)
    this.basis = integers(streams.basis, Int16Array)
    this.planes = restored(header, streams)
    this.rows = this.mean.length
    // Single values that the components miss: of each row from `starts` on, at which places, by how much.
    this.fixes = integers(streams.fixes, Int16Array)
    const counts = integers(streams.counts, Uint16Array),
      steps = integers(streams.places, Uint16Array)
    this.places = new Uint16Array(steps.length)
    this.starts = new Uint32Array(this.rows + 1)
    for (let row = 0, i = 0; row < this.rows; row++) {
      for (let n = 0, place = 0; n < counts[row]; n++, i++) this.places[i] = place += steps[i]
      this.starts[row + 1] = i
    }
  }
  /**
   * @param {PlanetHeader} header
   * @param {Uint8Array<ArrayBuffer>} data
   */
  static async open(header, data) {
    return new PlanetCube(header, header.there.length ? await openStreams(header, data) : null)
  }
  /**
   * Some bands of one date that is there, `(y, x)` DN each; NaN where nothing was measured.
   * @param {number} index
   * @param {string[]} bands
   */
  frame(index, bands) {
    const { area, planes, basis, rows, components } = this
    return bands.map((name) => {
      const row = this.rowOf.get(index) * this.bands.length + this.bands.indexOf(name)
      const sum = new Float32Array(area).fill(this.mean[row])
      const weight = (/** @type {number} */ k) => (k < components ? basis[k * rows + row] * this.scales[k] : 0)
      // Four components at a time: the sum is read and written a quarter as often.
      for (let k = 0; k < components; k += 4) {
        const [a, b, c, d] = [weight(k), weight(k + 1), weight(k + 2), weight(k + 3)]
        const plane = (/** @type {number} */ i) => {
          const at = k + i < components ? k + i : k
          return planes.subarray(at * area, (at + 1) * area)
        }
        const pa = plane(0),
          pb = plane(1),
          pc = plane(2),
          pd = plane(3)
        for (let p = 0; p < area; p++) sum[p] += a * pa[p] + b * pb[p] + c * pc[p] + d * pd[p]
      }
      for (let i = this.starts[row]; i < this.starts[row + 1]; i++) sum[this.places[i]] += this.fixes[i]
      if (this.valid) for (let p = 0; p < area; p++) if (!bit(this.valid, row, this.each, p)) sum[p] = NaN
      return sum
    })
  }
  /**
   * Whole DN of one pixel over the calendar.
   * @param {number} row
   * @param {number} col
   * @param {number} count Dates of the calendar
   */
  pixel(row, col, count) {
    const place = row * this.size + col
    const found = this.blank(count)
    this.there.forEach((index, t) =>
      this.bands.forEach((name, b) => {
        const r = t * this.bands.length + b
        if (this.valid && !bit(this.valid, r, this.each, place)) return
        let sum = 0
        for (let k = 0; k < this.components; k++)
          sum += this.basis[k * this.rows + r] * this.scales[k] * this.planes[k * this.area + place]
        let value = Math.round(sum + this.mean[r])
        for (let i = this.starts[r]; i < this.starts[r + 1]; i++) if (this.places[i] === place) value += this.fixes[i]
        found[name][index] = value
      }),
    )
    return found
  }
  /**
   * Whether a pixel of a date was filled, not measured.
   * @param {number} index
   * @param {number} row
   * @param {number} col
   */
  gapFilled(index, row, col) {
    if (!this.gaps || !this.has(index)) return false
    return bit(this.gaps, this.rowOf.get(index), this.each, row * this.size + col)
  }
  /**
   * Which share of a date was filled, 0 to 1.
   * @param {number} index
   */
  gapShare(index) {
    if (!this.gaps || !this.has(index)) return 0
    let count = 0
    const start = this.rowOf.get(index) * this.each
    for (let i = start; i < start + this.each; i++) for (let b = this.gaps[i]; b; b &= b - 1) count++
    return count / this.area
  }
}

/** A Sentinel-2 cube: exact, all of it at hand. */
export class SentinelCube extends Cube {
  /**
   * @param {SentinelHeader} header
   * @param {Record<string, Uint8Array> | null} streams None where no month is there.
   */
  constructor(header, streams) {
    super(header)
    this.nodata = header.nodata
    const Type = header.signed ? Int16Array : Uint16Array
    /** DN `(month, band, y, x)` */
    this.planes = new Type(streams ? restored(header, streams).buffer : [])
  }
  /**
   * @param {SentinelHeader} header
   * @param {Uint8Array<ArrayBuffer>} data
   */
  static async open(header, data) {
    return new SentinelCube(header, header.there.length ? await openStreams(header, data) : null)
  }
  /**
   * DN of one band of a month that is there, `(y, x)`; nodata as it is.
   * @param {number} index
   * @param {string} name
   */
  plane(index, name) {
    const start = (this.rowOf.get(index) * this.bands.length + this.bands.indexOf(name)) * this.area
    return this.planes.subarray(start, start + this.area)
  }
  /**
   * Some bands of a month that is there, `(y, x)` DN each; NaN where nothing was measured.
   * @param {number} index
   * @param {string[]} bands
   */
  frame(index, bands) {
    return bands.map((name) => Float32Array.from(this.plane(index, name), (v) => (v === this.nodata ? NaN : v)))
  }
  /**
   * DN of one pixel over the months.
   * @param {number} row
   * @param {number} col
   * @param {number} count Months of the calendar
   */
  pixel(row, col, count) {
    const place = row * this.size + col
    const found = this.blank(count)
    for (const index of this.there) {
      for (const name of this.bands) {
        const value = this.plane(index, name)[place]
        if (value !== this.nodata) found[name][index] = value
      }
    }
    return found
  }
}
