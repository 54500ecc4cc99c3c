// How large the pictures of the panel are: as large as the room allows, with nothing half empty.

export const TILES = 12 // of each of the two grids
export const GAP = { across: 5, down: 4 } // CSS pixels between pictures
const BESIDE = 18 // CSS pixels between two grids beside each other
const WIDE = 900 // CSS pixels that two grids beside each other need for what stands above them
const LEAST = 44 // a picture's edge that can still be hit and read

/**
 * Columns and edge of the pictures of two grids of twelve, one below the other or side by side: the largest pictures that fit.
 * More room never makes them smaller.
 * @param {{ width: number, height: number, bar: number }} room For both grids; `bar` is the height of what stands between them
 * where one is below the other. CSS pixels.
 * @returns {{ edge: number, columns: number, beside: boolean }} `edge` in whole CSS pixels.
 */
export const arrange = ({ width, height, bar }) => {
  let best = { edge: 0, columns: 6, beside: false }
  for (const beside of width < WIDE ? [false] : [false, true]) {
    for (const columns of [6, 4, 3, 2, 12]) {
      const rows = TILES / columns
      const across = beside ? (width - BESIDE) / 2 : width
      const down = beside ? height : (height - bar) / 2
      const edge = Math.floor(
        Math.min((across - (columns - 1) * GAP.across) / columns, (down - (rows - 1) * GAP.down) / rows),
      )
      if (edge > best.edge) best = { edge, columns, beside }
    }
  }
  // Where nothing fits they go on below the edge of the panel.
  return best.edge >= LEAST ? best : { edge: LEAST, columns: 6, beside: false }
}

/**
 * The height that is kept for the spectrum below the pictures: a quarter of the panel, but never so little that it cannot be read.
 * @param {number} height Of the panel's content, CSS pixels.
 */
export const spectrumHeight = (height) => Math.round(Math.min(360, Math.max(140, 0.27 * height)))
