// @ts-check
// Fingers on the map where the page scrolls: one that begins up or down scrolls the page, one that begins sideways moves the map, two
// move and zoom it. On a page that does not scroll (the map alone, a wide window) one finger moves the map whichever way.

/**
 * @param {HTMLElement} surface What the fingers touch.
 * @param {AbortSignal} signal
 */
export const shareFingersWithPage = (surface, signal) => {
  surface.style.touchAction = "var(--touch, none)" // `page.css` says where the page scrolls
  // Else two fingers that set off up or down would scroll the page.
  const hold = (event) => event.touches.length > 1 && event.cancelable && event.preventDefault()
  for (const kind of ["touchstart", "touchmove"]) surface.addEventListener(kind, hold, { passive: false, signal })
}
