// A Planet Fusion chip on the page.

export const SIZE = 200 // pixels along its edge

/**
 * The pixel of Planet Fusion's grid in the middle of the one that holds a place, along one edge of a picture of `pixels`.
 * @param {number} place 0 to `SIZE`
 * @param {number} pixels
 */
export const middleOfPixel = (place, pixels) => {
  const own = Math.min(pixels - 1, Math.max(0, Math.floor((place * pixels) / SIZE)))
  return Math.floor(((own + 0.5) * SIZE) / pixels)
}
