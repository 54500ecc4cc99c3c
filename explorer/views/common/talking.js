// How a component's script talks: to the server by messages, to the scripts of other components by one event bus a page.

/**
 * What the components of one page tell each other in the browser: kind and one value.
 * @param {{ bus: string }} model
 */
export const bus = (model) => {
  const name = (kind) => `explorer:${model.bus}:${kind}`
  return {
    emit: (/** @type {string} */ kind, /** @type {any} */ detail = undefined) =>
      window.dispatchEvent(new CustomEvent(name(kind), { detail })),
    on: (
      /** @type {string} */ kind,
      /** @type {(detail: any) => void} */ listener,
      /** @type {AbortSignal} */ signal = undefined,
    ) => window.addEventListener(name(kind), (/** @type {CustomEvent} */ event) => listener(event.detail), { signal }),
  }
}

const BESIDE_FROM = 1251 // px: as wide as a page that has the map beside the pictures

/**
 * Where the map is, for a panel that stands beside it; null where the page is narrower than that, or the map has no room.
 * @param {{ bus: string }} model
 * @returns {DOMRect | null}
 */
export const mapBoxBeside = (model) => {
  const asked = { box: null }
  bus(model).emit("map-box", asked)
  return window.innerWidth >= BESIDE_FROM && asked.box?.width > 300 ? asked.box : null
}

/**
 * Gives each message of the server to the handler of its kind.
 * @template {keyof import("../messages").Told} C
 * @param {import("../messages").Model<C>} model
 * @param {import("../messages").Handlers<C>} handlers
 */
export const listen = (model, handlers) =>
  model.on("msg:custom", (data) => {
    window.dispatchEvent(new Event("explorer:told"))
    handlers[data.type]?.(data)
  })

// People choose faster than the server answers: what it tells of an earlier choice must not take back the later ones.
// Choices go out numbered, the server says which it has `acknowledged`; `show` sees the last that was `told` once all are.
/**
 * @template {{ type: string }} M
 * @template [T=any]
 * @param {{ send_msg: (message: M) => void }} model
 * @param {(data: T) => void} show
 */
export const makeChoices = (model, show) => {
  let said = 0,
    acknowledged = 0,
    told = /** @type {T | null} */ (null),
    timer = 0
  const settle = () => {
    if (acknowledged < said) return
    clearTimeout(timer)
    const data = told
    told = null
    if (data) show(data)
  }
  return {
    send(/** @type {import("../messages").Unnumbered<M>} */ message) {
      model.send_msg(/** @type {any} */ ({ ...message, number: ++said }))
      clearTimeout(timer)
      timer = setTimeout(() => {
        acknowledged = said
        settle()
      }, 5000) // the connection broke: nobody will hear of it
    },
    told(/** @type {T} */ data) {
      told = data
      settle()
    },
    acknowledged(/** @type {{ number: number }} */ { number }) {
      acknowledged = Math.max(acknowledged, number)
      settle()
    },
  }
}
