// Reads what explorer/export/packing.py wrote: any frame and any pixel of a cube, computed when it is wanted.

const bytesOf = (id) => {
  const text = atob(document.getElementById(id).textContent.trim())
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

const inflate = async (bytes) =>
  new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer(),
  )

const openStreams = async (header, data) => {
  const found = {}
  await Promise.all(
    Object.entries(header.streams).map(async ([name, [start, length]]) => {
      found[name] = await inflate(data.subarray(start, start + length))
    }),
  )
  return found
}

// Little-endian, whatever the machine is.
const numbers = (bytes, signed) => {
  const found = signed ? new Int16Array(bytes.length >> 1) : new Uint16Array(bytes.length >> 1)
  for (let i = 0; i < found.length; i++) found[i] = bytes[2 * i] | (bytes[2 * i + 1] << 8)
  return found
}

// Planes of 16 bits from folded, partly predicted differences; Int16Array of n x size x size.
const restored = (header, streams) => {
  const { low, high } = streams,
    size = header.size,
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

const bit = (bits, row, each, place) => (bits[row * each + (place >> 3)] >> (place & 7)) & 1

// A Planet Fusion cube: `rows` are (date, band) of the dates that are there.
class PlanetCube {
  static async open(header, data) {
    const cube = new PlanetCube()
    Object.assign(cube, { header, size: header.size, area: header.size ** 2, bands: header.bands })
    cube.rowOf = new Map(header.there.map((index, i) => [index, i]))
    if (!header.there.length) return cube
    const streams = await openStreams(header, data)
    cube.mean = numbers(streams.mean, true)
    cube.basis = numbers(streams.basis, true)
    cube.planes = restored(header, streams)
    cube.rows = cube.mean.length
    const counts = numbers(streams.counts),
      gaps = numbers(streams.places)
    cube.fixes = numbers(streams.fixes, true)
    cube.places = new Uint16Array(gaps.length)
    cube.starts = new Uint32Array(cube.rows + 1)
    for (let row = 0, i = 0; row < cube.rows; row++) {
      for (let n = 0, place = 0; n < counts[row]; n++, i++) cube.places[i] = place += gaps[i]
      cube.starts[row + 1] = i
    }
    cube.valid = streams.valid ?? null
    cube.gaps = streams.gaps ?? null
    cube.each = Math.ceil(cube.area / 8)
    return cube
  }
  has(index) {
    return this.rowOf.has(index)
  }
  // DN of some bands of one date, a Float32Array each; NaN where nothing was measured.
  frame(index, bands) {
    const { area, planes, basis, rows, header } = this
    return bands.map((name) => {
      const row = this.rowOf.get(index) * this.bands.length + this.bands.indexOf(name)
      const sum = new Float32Array(area).fill(this.mean[row])
      const weight = (k) => (k < header.components ? basis[k * rows + row] * header.scales[k] : 0)
      // Four components at a time: the sum is read and written a quarter as often.
      for (let k = 0; k < header.components; k += 4) {
        const [a, b, c, d] = [weight(k), weight(k + 1), weight(k + 2), weight(k + 3)]
        const plane = (i) =>
          planes.subarray(
            (k + i < header.components ? k + i : k) * area,
            (k + i < header.components ? k + i + 1 : k + 1) * area,
          )
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
  // DN of one pixel, whole numbers by band name: an array over the calendar, NaN where nothing was measured.
  pixel(row, col, count) {
    const place = row * this.size + col
    const found = Object.fromEntries(this.bands.map((name) => [name, new Float64Array(count).fill(NaN)]))
    this.header.there.forEach((index, t) =>
      this.bands.forEach((name, b) => {
        const r = t * this.bands.length + b
        if (this.valid && !bit(this.valid, r, this.each, place)) return
        let sum = 0
        for (let k = 0; k < this.header.components; k++)
          sum += this.basis[k * this.rows + r] * this.header.scales[k] * this.planes[k * this.area + place]
        let value = Math.round(sum + this.mean[r])
        for (let i = this.starts[r]; i < this.starts[r + 1]; i++) if (this.places[i] === place) value += this.fixes[i]
        found[name][index] = value
      }),
    )
    return found
  }
  gapFilled(index, row, col) {
    return Boolean(
      this.gaps && this.has(index) && bit(this.gaps, this.rowOf.get(index), this.each, row * this.size + col),
    )
  }
  gapShare(index) {
    if (!this.gaps || !this.has(index)) return 0
    let count = 0
    const start = this.rowOf.get(index) * this.each
    for (let i = start; i < start + this.each; i++) for (let b = this.gaps[i]; b; b &= b - 1) count++
    return count / this.area
  }
}

// A Sentinel-2 cube: exact, all of it at hand.
class SentinelCube {
  static async open(header, data) {
    const cube = new SentinelCube()
    Object.assign(cube, { header, size: header.size, area: header.size ** 2, bands: header.bands })
    cube.rowOf = new Map(header.there.map((index, i) => [index, i]))
    if (header.there.length) {
      const Numbers = header.signed ? Int16Array : Uint16Array
      cube.planes = new Numbers(restored(header, await openStreams(header, data)).buffer)
    }
    return cube
  }
  has(index) {
    return this.rowOf.has(index)
  }
  plane(index, name) {
    const start = (this.rowOf.get(index) * this.bands.length + this.bands.indexOf(name)) * this.area
    return this.planes.subarray(start, start + this.area)
  }
  // A pixel of a composite is shown where all of its bands were measured: others have no colour.
  frame(index, bands) {
    return bands.map((name) => Float32Array.from(this.plane(index, name), (v) => (v === this.header.nodata ? NaN : v)))
  }
  pixel(row, col, count) {
    const place = row * this.size + col
    const found = Object.fromEntries(this.bands.map((name) => [name, new Float64Array(count).fill(NaN)]))
    for (const index of this.header.there) {
      for (const name of this.bands) {
        const value = this.plane(index, name)[place]
        if (value !== this.header.nodata) found[name][index] = value
      }
    }
    return found
  }
}

// Bands to a picture: [low, high] of each in DN become black and white; what is NaN stays transparent.
const CURVE = 4096
const paint = (planes, spans, gamma) => {
  const curve = (paint[gamma] ??= Uint8ClampedArray.from(
    { length: CURVE + 1 },
    (_, i) => 255 * (i / CURVE) ** (1 / gamma) + 0.5,
  ))
  const side = Math.sqrt(planes[0].length),
    image = new ImageData(side, side),
    data = image.data
  for (let channel = 0; channel < 3; channel++) {
    const at = planes.length === 1 ? 0 : channel,
      plane = planes[at],
      [low, high] = spans[at]
    const factor = CURVE / Math.max(high - low, 1)
    for (let p = 0, i = channel; p < plane.length; p++, i += 4) {
      const level = (plane[p] - low) * factor
      data[i] = curve[level < 0 ? 0 : level > CURVE ? CURVE : level | 0]
    }
  }
  for (let i = 3; i < data.length; i += 4) data[i] = 255
  for (const plane of planes) for (let p = 0; p < plane.length; p++) if (Number.isNaN(plane[p])) data[4 * p + 3] = 0
  return image
}
