// How a picture is looked at goes into the link, and so into the evidence of a verdict, once it rests.

const REST = 200 // ms

/**
 * Tells of a view once it has come to rest, and only where it is another one than was told or known last.
 * @template V
 * @param {() => V} seen What is in sight now.
 * @param {(view: V) => void} send
 */
export const makeViewTeller = (seen, send) => {
  let timer = 0,
    told = ""
  return {
    /** The view may have changed. */
    later() {
      clearTimeout(timer)
      timer = setTimeout(() => {
        const view = seen(),
          text = JSON.stringify(view)
        if (text === told) return
        told = text
        send(view)
      }, REST)
    },
    /** What is in sight now is known on the other side. */
    known() {
      told = JSON.stringify(seen())
    },
    stop: () => clearTimeout(timer),
  }
}
