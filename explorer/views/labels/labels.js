// The bars of a sample's label, as the server made them: all that comes from a corpus in them is escaped there.

import { element } from "../../browser/shared.js"
import { listen } from "../common/talking.js"

/** @param {import("../messages").Drawn<"Bars">} panel */
export function render({ model, el }) {
  const box = element("div", { class: "scroll", role: "group", "aria-label": "Classes of the label" })
  box.innerHTML = model.html
  el.append(box)
  // By keyboard, too, where there are more classes than room.
  const reachable = () => {
    box.tabIndex = box.scrollHeight > box.clientHeight + 1 ? 0 : -1
  }
  const sized = new ResizeObserver(reachable)
  sized.observe(box)
  model.on("remove", () => sized.disconnect())
  listen(model, {
    label(data) {
      box.innerHTML = data.html
      box.scrollTop = 0
      reachable()
    },
  })
  model.send_msg({ type: "ready" })
}
