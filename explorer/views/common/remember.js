// @ts-check
// What this browser remembers of its visitor from one visit to the next. Where it may not (a private window, a full disk), nothing.

/**
 * What was kept under a name; an empty text where nothing was.
 * @param {string} name
 */
export const recall = (name) => {
  try {
    return localStorage.getItem(name) ?? ""
  } catch {
    return ""
  }
}

/**
 * @param {string} name
 * @param {string} text
 */
export const remember = (name, text) => {
  try {
    localStorage.setItem(name, text)
  } catch {
    // then it is not kept
  }
}
