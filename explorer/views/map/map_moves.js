// How the map moves by itself: a flight to a place, a wheel's step that is spread over some frames, and the way on after a drag.

const FLIGHT = { least: 300, most: 1200, speed: 0.45 } // ms, and by how much slower than d3's
const GLIDE = 55 // ms in which a wheel's step has two thirds of its way behind it
const COAST = { window: 90, held: 45, half: 190, least: 0.12, end: 0.015, most: 3.5 } // ms, ms, ms, px/ms
const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2)

/** Whether the system asks for less motion. */
export const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches || document.hidden

/**
 * A way from one view to another, each the middle and the width [x, y, width] in metres, as it is flown.
 * @param {((t: number) => [number, number, number]) & { duration: number }} way As D3's `interpolateZoom` has it: out, over, and in where it is far.
 * @param {[number, number, number]} to
 */
export const flight = (way, to) => {
  const duration = Math.min(Math.max(way.duration * FLIGHT.speed, FLIGHT.least), FLIGHT.most)
  return {
    duration,
    /** The view after so many milliseconds. */
    at: (ms) => (ms >= duration ? to : way(ease(ms / duration))),
  }
}

/**
 * How fast a pointer was when it let go, px a ms; nothing where it had stopped before.
 * @param {{ t: number, x: number, y: number }[]} points Where it was, the last one at the end.
 * @param {number} now
 */
export const letGo = (points, now) => {
  const last = points.at(-1),
    first = points.find(({ t }) => now - t <= COAST.window)
  if (!last || !first || now - last.t > COAST.held || last.t - first.t < 8) return { x: 0, y: 0 }
  const [x, y] = [(last.x - first.x) / (last.t - first.t), (last.y - first.y) / (last.t - first.t)]
  const speed = Math.hypot(x, y)
  if (speed < COAST.least) return { x: 0, y: 0 }
  const part = Math.min(1, COAST.most / speed)
  return { x: x * part, y: y * part }
}

/**
 * Moves the map frame by frame; whatever is asked last stops what was under way.
 * @param {{ get: () => { x0: number, x1: number, y0: number, y1: number, width: number, height: number },
 *   show: (x0: number, x1: number, y0: number, y1: number) => void, zoom: (factor: number, fx: number, fy: number) => void,
 *   path: typeof import("d3-interpolate").interpolateZoom }} map
 */
export const makeMoves = ({ get, show, zoom, path }) => {
  let frame = 0,
    flying = false,
    left = 0
  const stop = () => {
    cancelAnimationFrame(frame)
    frame = left = 0
    flying = false
  }
  /** @param {(ms: number, since: number) => boolean} step Of the time since it began, and since the last frame; whether it goes on. */
  const run = (step) => {
    let begun = 0,
      last = 0
    const next = (now) => {
      begun ||= now
      const goes = step(now - begun, now - (last || now))
      last = now
      if (goes) frame = requestAnimationFrame(next)
      else stop()
    }
    frame = requestAnimationFrame(next)
  }

  const fly = (x0, x1, y0, y1) => {
    stop()
    const { width, height, ...now } = get()
    if (still() || !width || !height) {
      show(x0, x1, y0, y1)
      return
    }
    // As wide as asked, or wider where the panel is lower than the server knows.
    const to = /** @type {[number, number, number]} */ ([
      (x0 + x1) / 2,
      (y0 + y1) / 2,
      Math.max(x1 - x0, ((y1 - y0) * width) / height),
    ])
    const way = flight(path([(now.x0 + now.x1) / 2, (now.y0 + now.y1) / 2, now.x1 - now.x0], to), to)
    flying = true
    run((ms) => {
      const [x, y, wide] = way.at(ms),
        high = (wide * height) / width,
        last = ms >= way.duration
      if (last) flying = false
      show(x - wide / 2, x + wide / 2, y - high / 2, y + high / 2)
      return !last
    })
  }

  /** A step of the wheel, about a place of the map by its shares; another one meanwhile adds to it. */
  const glide = (factor, fx, fy) => {
    if (still()) {
      zoom(factor, fx, fy)
      return
    }
    const more = left
    stop()
    left = more + Math.log(factor)
    run((_ms, since) => {
      const part = Math.abs(left) < 0.004 ? left : left * (1 - Math.exp(-Math.max(since, 8) / GLIDE))
      zoom(Math.exp(part), fx, fy)
      left -= part
      return left !== 0
    })
  }

  /** On after a drag, slower and slower. */
  const coast = (velocity) => {
    stop()
    if (still() || !(velocity.x || velocity.y)) return
    let { x: vx, y: vy } = velocity
    run((_ms, since) => {
      const { x0, x1, y0, y1, width } = get(),
        pixel = (x1 - x0) / width
      show(x0 - vx * since * pixel, x1 - vx * since * pixel, y0 + vy * since * pixel, y1 + vy * since * pixel)
      const slower = 2 ** (-since / COAST.half)
      vx *= slower
      vy *= slower
      return Math.hypot(vx, vy) > COAST.end
    })
  }
  return {
    fly,
    glide,
    coast,
    stop,
    /** Whether it is on its way to where the server wants it. */
    get flying() {
      return flying
    },
  }
}
