// The legend: classes to isolate by a click, the level, what is filtered, and how many samples are left.

import { element, mark } from "../../browser/shared.js"
import { bus, listen } from "../common/talking.js"

const ROW = 24 // px, as in the style sheet

/** @param {import("../messages").Drawn<"Legend">} panel */
export function render({ model, el }) {
  const level = element(
    "div",
    { class: "segments", role: "radiogroup", "aria-label": "Level of the classes" },
    ...[1, 2, 3].map((n) =>
      element(
        "button",
        {
          type: "button",
          role: "radio",
          "data-level": n,
          "aria-label": `Level ${n}`,
          title: `Classes of level ${n}`,
          onclick: () => model.send_msg({ type: "level", level: n }),
        },
        String(n),
      ),
    ),
  )
  const count = element("output", { class: "count", "aria-live": "polite", "aria-label": "Samples shown" })
  const table = element(
    "button",
    { type: "button", class: "table", onclick: () => model.send_msg({ type: "table" }) },
    "Table",
  )
  const gallery = element(
    "button",
    {
      type: "button",
      class: "table",
      title: "The same samples as pictures",
      onclick: () => model.send_msg({ type: "gallery" }),
    },
    "Gallery",
  )
  const dataset = element(
    "button",
    {
      type: "button",
      class: "table",
      title: "What is in these samples: classes, countries, purity, reviews, imagery",
      onclick: () => model.send_msg({ type: "dataset" }),
    },
    "Dataset",
  )
  const embedding = element(
    "button",
    {
      type: "button",
      class: "table",
      title: "The samples as points: what looks alike lies together",
      onclick: () => model.send_msg({ type: "embedding" }),
    },
    "Embedding",
  )
  const chips = element("div", { class: "chips", role: "group", "aria-label": "Active filters", hidden: true })
  const key = element("div", { class: "density", role: "img", hidden: true })
  const list = element("ul", { "aria-label": "Legend" })
  const scroller = element("div", { class: "scroll" }, list)
  const more = element("button", {
    type: "button",
    class: "more",
    hidden: true,
    onclick: () => scroller.scrollBy({ top: scroller.clientHeight - ROW }),
  })
  const columns = () => Number(getComputedStyle(list).getPropertyValue("--legend-columns")) || 2
  // What lies below or above is announced: few see a thin scroll bar.
  const announce = () => {
    const below = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop
    const lines = below > 2 ? Math.ceil((below - 2) / ROW) : 0,
      count = columns()
    // The last line may not be full.
    const left =
      lines && Math.min(lines * count - ((count - (list.children.length % count)) % count), list.children.length)
    more.hidden = !left || scroller.clientHeight < 2 * ROW
    more.textContent = `+${left} more`
    more.setAttribute("aria-label", `Show more classes: ${left} are further down`)
    scroller.classList.toggle("below", left > 0)
    scroller.classList.toggle("above", scroller.scrollTop > 2)
  }
  scroller.addEventListener("scroll", announce, { passive: true })
  const sized = new ResizeObserver(() => {
    keepInSight()
    announce()
  })
  sized.observe(scroller)
  model.on("remove", () => sized.disconnect())
  el.append(
    element(
      "div",
      { class: "top" },
      element(
        "div",
        { class: "head" },
        element("span", { class: "hint" }, "Level"),
        level,
        count,
        table,
        gallery,
        dataset,
        embedding,
      ),
    ),
    chips,
    key,
    element("div", { class: "rows" }, scroller, more),
  )

  // Isolated classes stick to the upper or lower edge of what scrolls, below one another in their column.
  const keepInSight = () => {
    const rows = [...list.children],
      count = columns()
    for (let column = 0; column < count; column++) {
      const chosen = rows.filter((one, i) => i % count === column && one.classList.contains("on"))
      for (const [i, one] of chosen.entries())
        Object.assign(one.style, { top: `${i * ROW}px`, bottom: `${(chosen.length - 1 - i) * ROW}px` })
    }
  }
  const isolate = (code, event) => {
    model.send_msg({ type: "isolate", code, add: event.shiftKey || event.ctrlKey || event.metaKey })
    bus(model).emit("hint-done", "time")
  }
  listen(model, {
    rows(data) {
      for (const button of level.children)
        button.setAttribute("aria-checked", String(Number(button.dataset.level) === data.level))
      const n = data.count.toLocaleString("en"),
        all = data.total.toLocaleString("en")
      const part = data.count !== data.total
      // A narrow head has no room for all of it: `legend.css` says what goes first.
      const total = part ? [element("span", { class: "total" }, ` of ${all}`)] : []
      count.replaceChildren(part ? n : all, ...total, element("span", { class: part ? "unit" : "word" }, " samples"))
      count.title = part ? `${n} of ${all} samples` : `${all} samples`
      const focused = el.getRootNode().activeElement?.dataset?.code
      const some = data.rows.some((row) => row.on)
      list.replaceChildren(
        ...data.rows.map((row) => {
          const swatch = element("i")
          swatch.style.background = row.colour
          const share = 100 * row.share
          const percent = share >= 9.95 ? share.toFixed(0) : share >= 0.1 ? share.toFixed(1) : "<0.1"
          const button = element(
            "button",
            {
              type: "button",
              "data-code": row.code,
              "aria-pressed": String(row.on),
              class: some && !row.on ? "off" : "",
              title: `${row.code || ""} ${row.title}: ${row.count.toLocaleString("en")} samples, ${percent} %. Click isolates, shift-click adds.`,
              onclick: (event) => isolate(row.code, event),
            },
            swatch,
            element("span", {}, row.title),
            element("em", {}, row.count.toLocaleString("en")),
            element("em", { class: "share" }, `${percent} %`),
          )
          return element("li", { class: row.on ? "on" : "" }, button)
        }),
      )
      keepInSight()
      announce()
      if (focused) list.querySelector(`[data-code="${focused}"]`)?.focus({ preventScroll: true })
      chips.hidden = !data.chips.length
      chips.replaceChildren(
        ...data.chips.map((chip) =>
          element(
            "button",
            {
              type: "button",
              class: "chip",
              title: `Remove: ${chip.text}`,
              "aria-label": `Remove filter: ${chip.text}`,
              onclick: () => model.send_msg({ type: "remove", name: chip.name }),
            },
            element("span", {}, chip.text),
            element("b", {}, "×"),
          ),
        ),
      )
      if (data.chips.length > 1)
        chips.append(
          element(
            "button",
            { type: "button", class: "chip all", onclick: () => model.send_msg({ type: "remove", name: "all" }) },
            "Clear all",
          ),
        )
      mark("legend", { count: data.count })
    },
    scale({ colours, words, title }) {
      if (words) {
        const bar = element("i")
        bar.style.background = `linear-gradient(to right, ${colours.join(", ")})`
        key.replaceChildren(
          ...(colours.length
            ? [element("span", {}, `${words}: 0 %`), bar, element("span", {}, "100 %")]
            : [element("span", {}, words)]),
        )
        key.setAttribute("aria-label", colours.length ? `${title}. From 0 to 100 %` : title)
        key.title = title
        key.hidden = false
      } else if (key.title) key.hidden = true
      if (!words) key.removeAttribute("title")
    },
    density(data) {
      if (data.most === null) {
        if (!key.title) key.hidden = true
        return
      }
      key.hidden = false
      const bar = element("i")
      bar.style.background = `linear-gradient(to right, ${data.colours.join(", ")})`
      key.replaceChildren(
        element("span", {}, "1"),
        bar,
        element("span", {}, `${data.most.toLocaleString("en")} a pixel`),
      )
      key.setAttribute("aria-label", `Density: from 1 to ${data.most} samples a pixel, logarithmic`)
    },
  })
  model.send_msg({ type: "ready" })
}
