// The lower edges of charts under each other: a drag, or the arrow keys, make a chart taller, and its panel with it.

import { element } from "../../browser/shared.js"

const LEAST = 60, // CSS pixels, as the others
  MOST = 1200,
  GAP = 8, // under the page's last row
  STEP = 16,
  LEAP = 96
/** Heights that somebody chose, by page: a panel that is drawn anew has them again. */
const kept = /** @type {Map<string, Record<string, number>>} */ (new Map())

// The panel of the page that holds an element, through whatever shadow roots.
const panelOf = (/** @type {HTMLElement} */ el) => {
  for (let node = /** @type {any} */ (el); node; ) {
    const panel = node.closest?.('[class*="area-"]')
    if (panel) return panel
    const root = node.getRootNode()
    node = root instanceof ShadowRoot ? root.host : null
  }
  return null
}

/**
 * Puts an edge under each chart.
 * @param {HTMLElement} box That holds the charts, one under the other, and fills its panel.
 * @param {Array<{ name: string, label: string, host: HTMLElement }>} charts Top to bottom.
 * @param {string} page
 */
export const makeChartHeights = (box, charts, page) => {
  const heights = kept.get(page) ?? {}
  kept.set(page, heights)
  const shown = () => charts.filter(({ host }) => !host.hidden)
  const apply = () => {
    const panel = panelOf(box)
    const all = shown(),
      chosen = all.some(({ name }) => heights[name])
    const rest = panel ? panel.getBoundingClientRect().height - box.getBoundingClientRect().height : 0
    let sum = 0
    all.forEach(({ name, host }, i) => {
      const height = heights[name] ?? LEAST
      host.style.flex = chosen ? `${i === all.length - 1 ? 1 : 0} 0 ${height}px` : ""
      sum += height + edges[charts.findIndex((one) => one.name === name)].offsetHeight
    })
    if (!panel) return
    panel.style.minHeight = chosen ? `${Math.round(sum + rest)}px` : ""
    // At the foot of a page of the window's height there is no row that grows: the page itself is longer by what reaches below it.
    const page = panel.getRootNode().host
    if (!page) return
    page.removeAttribute("data-taller")
    const below = Math.ceil(panel.getBoundingClientRect().bottom + GAP - page.getBoundingClientRect().bottom)
    if (below > 0) {
      page.style.setProperty("--taller", `${below}px`)
      page.setAttribute("data-taller", "")
    }
  }
  const choose = (/** @type {string} */ name, /** @type {number} */ height) => {
    for (const one of shown()) heights[one.name] ??= Math.round(one.host.getBoundingClientRect().height)
    heights[name] = Math.round(Math.min(MOST, Math.max(LEAST, height)))
    apply()
  }
  const reset = () => {
    for (const name of Object.keys(heights)) delete heights[name]
    apply()
  }
  const edges = charts.map(({ name, label, host }) => {
    const grip = element("div", {
      class: "grip",
      role: "separator",
      tabindex: 0,
      "aria-orientation": "horizontal",
      "aria-label": `Height of the chart: ${label}`,
      "aria-valuemin": LEAST,
      "aria-valuemax": MOST,
      "aria-valuenow": LEAST,
      title: "Drag to make the chart taller (arrow keys; Home or a double click: as it was)",
    })
    const edge = element("div", { class: "edge" }, grip)
    let from = /** @type {null | { y: number, height: number }} */ (null)
    edge.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return
      from = { y: event.clientY, height: host.getBoundingClientRect().height }
      edge.setPointerCapture(event.pointerId)
      event.preventDefault()
      grip.focus({ preventScroll: true })
    })
    edge.addEventListener("pointermove", (event) => {
      if (from) choose(name, from.height + event.clientY - from.y)
    })
    for (const kind of ["pointerup", "pointercancel"])
      edge.addEventListener(kind, () => {
        from = null
      })
    edge.addEventListener("dblclick", reset)
    grip.addEventListener("keydown", (event) => {
      const by = { ArrowDown: STEP, ArrowUp: -STEP, PageDown: LEAP, PageUp: -LEAP }[event.key]
      if (event.ctrlKey || event.metaKey || event.altKey || (!by && event.key !== "Home")) return
      if (by) choose(name, host.getBoundingClientRect().height + by)
      else reset()
      event.preventDefault()
      event.stopPropagation()
      grip.scrollIntoView({ block: "nearest" })
    })
    host.after(edge)
    return edge
  })
  const size = new ResizeObserver(() => {
    charts.forEach(({ host }, i) => {
      edges[i].hidden = host.hidden
      edges[i].firstChild.setAttribute("aria-valuenow", String(Math.round(host.getBoundingClientRect().height)))
    })
  })
  for (const { host } of charts) size.observe(host)
  return {
    /** A chart has come or gone. */
    arrange() {
      charts.forEach(({ host }, i) => {
        edges[i].hidden = host.hidden
      })
      if (Object.keys(heights).length) apply()
    },
    remove() {
      size.disconnect()
    },
  }
}
