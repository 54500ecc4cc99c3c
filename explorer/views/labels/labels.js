// The bars of a sample's label, as the server made them: all that comes from a corpus in them is escaped there.

import { element } from "../../browser/shared.js"
import { listen } from "../common/talking.js"

/** @param {import("../messages").Drawn<"Bars">} panel */
export function render({ model, el }) {
  const box = element("div")
  box.innerHTML = model.html
  el.append(box)
  listen(model, {
    label(data) {
      box.innerHTML = data.html
    },
  })
  model.send_msg({ type: "ready" })
}
