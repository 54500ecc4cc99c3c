// The bars of a sample's label, as the server made them: all that comes from a corpus in them is escaped there.

import { element } from "../common/shared.js"

export function render({ model, el }) {
  const box = element("div")
  box.innerHTML = model.html
  el.append(box)
  model.on("msg:custom", (data) => {
    if (data.type === "label") box.innerHTML = data.html
  })
  model.send_msg({ type: "ready" })
}
