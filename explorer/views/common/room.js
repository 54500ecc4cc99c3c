// How large the page is: the window, or in a notebook and in others' layouts the cell that holds it (`cell.py`).

const CELL = "explorer-cell"
const CONDITION = /\((min|max)-(width|height):\s*(\d+)px\)/g

/**
 * The cell that holds an element, across shadow roots; null where the page has the window.
 * @param {Node} node
 * @returns {HTMLElement | null}
 */
const cellOf = (node) => {
  for (let at = /** @type {any} */ (node); at; at = at.parentNode ?? at.host) {
    if (at.classList?.contains(CELL)) return at
  }
  return null
}

/**
 * Whether a size meets a query of `min-` and `max-` conditions, as CSS has them.
 * @param {string} query
 * @param {{ width: number, height: number }} size CSS pixels
 */
export const meets = (query, size) =>
  [...query.matchAll(CONDITION)].every(([, end, side, text]) => {
    const length = side === "width" ? size.width : size.height
    return end === "min" ? length >= Number(text) : length <= Number(text)
  })

/**
 * `matchMedia`, of the page's own room.
 * @param {Node} node An element of the page.
 * @param {string} query
 */
export const roomQuery = (node, query) => {
  const ofWindow = window.matchMedia(query)
  return {
    get matches() {
      const cell = cellOf(node)
      return cell ? meets(query, { width: cell.clientWidth, height: cell.clientHeight }) : ofWindow.matches
    },
    /**
     * @param {() => void} heard Of the window; who is in a cell is resized with it.
     * @param {AddEventListenerOptions} options
     */
    listen: (heard, options) => ofWindow.addEventListener("change", heard, options),
  }
}
