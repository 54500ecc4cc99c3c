// Help: keys, what the marks mean (each drawn as it is drawn on the page), words, version, citation and licences.

import { element, isOurKey, isWriting, keepKeys, makeDrawer, mark, pageRoot, svgElement } from "../../browser/shared.js"
import { bus, listen } from "../common/talking.js"

/** Where keys work, and what they do. */
const KEYS = [
  [
    "Everywhere",
    [
      ["?", "this help; in a review, the keys of the review"],
      ["F", "present this view; F or Escape ends it"],
      [", .", "presenting: step through the dates"],
      ["E", "presenting: fly from Europe to the place of this view"],
      ["Ctrl Z", "undo what changed the view (Cmd Z on a Mac); in a field, what was typed"],
      ["Ctrl Shift Z", "redo; Ctrl Y too"],
      ["Esc", "closes what was opened last; the focus goes back"],
      ["Tab", "from control to control"],
    ],
  ],
  [
    "Map",
    [
      ["← ↑ → ↓", "to the neighbouring sample; with shift they move the map"],
      ["+ − 0", "zoom in, out, show all samples"],
      ["Esc", "clear the area"],
    ],
  ],
  [
    "Planet Fusion",
    [
      ["Space", "play, pause"],
      ["← →", "step from date to date"],
      ["Home End", "first, last date"],
      ["[ ]", "begin, end the part that plays at this date"],
      ["Shift ← →", "move the compared date"],
      ["P", "a cross that arrows move; Enter pins, shift and Enter adds"],
      ["B G", "draw a box, a polygon"],
      ["+ − 0", "zoom in, out, show all"],
    ],
  ],
  [
    "Charts",
    [
      ["← →", "step from date to date; with shift they move the chart"],
      ["+ − 0", "zoom in, out, show all"],
    ],
  ],
]

const WORDS = [
  ["DN", "digital number: what a chip stores for a pixel. 10,000 is a reflectance of 1."],
  ["Reflectance", "share of the sunlight that the ground throws back in a band, 0 to 1."],
  [
    "NDVI",
    "(near infrared − red) / (near infrared + red), −1 to 1: the more green leaves, the higher. Water is below 0, bare soil near 0.1, a dense crop 0.8 and more.",
  ],
  ["Gap-filled", "not measured on that date (clouds): filled in from dates before and after. Amber and hollow marks."],
  ["Purity", "share of the 600 m cell that its largest class covers; 1 is one class alone."],
  [
    "CORINE level",
    "CORINE Land Cover has 5 classes on level 1 (artificial, farmland, forest, wetland, water), 15 on level 2, 44 on level 3. On a level, a sample has the class whose shares add up to most.",
  ],
  ["Sample", "a square of 600 m with a label and two years of pictures."],
  ["Chip", "one picture of a sample: one date, or one month, of one sensor."],
  ["Mosaic", "Sentinel-2's picture of a month, put together from its clear pixels."],
  ["True colour", "red, green and blue as the eye sees them."],
  ["False colour", "near infrared shown as red: green leaves are bright red."],
  [
    "Stretch",
    "which reflectance is black and which is white. It is the same for all dates, so that they can be compared.",
  ],
  [
    "Pin",
    "a pixel whose curves are drawn; its colour is the same everywhere. Pins and regions belong to their sample; Keep takes them along to the next one.",
  ],
  ["Region", "a box or polygon in the picture; its mean is drawn beside the pins."],
  ["Suspicion", "how much speaks against a label, where somebody has run the score."],
]

const svg = (...children) =>
  svgElement("svg", { viewBox: "0 0 44 20", width: 44, height: 20, "aria-hidden": "true" }, ...children)
const bar = (x, y, height, fill, width = 4) => svgElement("rect", { x, y, width, height, fill })
const bars = (fill, y = 4, height = 12) => svg(...[8, 14, 20, 26, 32].map((x) => bar(x, y, height, fill)))
const line = (d, stroke, extra = {}) => svgElement("path", { d, stroke, fill: "none", "stroke-width": 1.6, ...extra })
const dot = (cx, fill, stroke) => svgElement("circle", { cx, cy: 10, r: 3, fill, stroke, "stroke-width": 1.4 })
const onDark = (...children) =>
  svg(svgElement("rect", { width: 44, height: 20, rx: 3, fill: "var(--well)" }), ...children)
const box = (kind) => element("i", { class: `swatch ${kind}`, "aria-hidden": "true" })

/** What the marks mean, by where they are. */
const MARKS = [
  [
    "Timeline",
    [
      [() => bars("var(--accent)"), "a date whose picture is here"],
      [() => bars("var(--muted)", 9, 2), "a date that is still loading"],
      [() => bars("var(--absent)", 13, 3), "a date that is missing"],
      [() => bars("var(--bad)"), "a date whose file is broken; the pointer reads why"],
      [
        () => svg(...[8, 14, 20, 26, 32].flatMap((x) => [bar(x, 4, 12, "var(--accent)"), bar(x, 4, 5, "var(--gap)")])),
        "amber: this much of the date is gap-filled",
      ],
      [
        () => svg(bar(21, 3, 16, "var(--ink)", 2), svgElement("path", { d: "M17 1h10l-5 6z", fill: "var(--ink)" })),
        "the date shown; the compared date has another colour",
      ],
      [
        () => svg(line("M14 3h-4v14h4M30 3h4v14h-4", "var(--ink)", { "stroke-width": 2 })),
        "brackets: the part that plays",
      ],
    ],
  ],
  [
    "Pictures",
    [
      [() => box("hatched"), "hatched: there is no picture of this date or month"],
      [() => box("waiting"), "plain: the picture is still loading"],
      [
        () =>
          onDark(
            line("M22 1v6M22 13v6M12 10h7M25 10h7", "var(--pin)", { "stroke-width": 2 }),
            svgElement("rect", {
              x: 19.5,
              y: 7.5,
              width: 5,
              height: 5,
              fill: "none",
              stroke: "var(--pin)",
              "stroke-width": 2,
            }),
          ),
        "a cross: a pin",
      ],
      [
        () =>
          onDark(
            svgElement("rect", {
              x: 14,
              y: 3,
              width: 14,
              height: 14,
              fill: "none",
              stroke: "#fff",
              "stroke-width": 1.5,
            }),
          ),
        "white square: Sentinel-2's 10 m pixel that holds a pin",
      ],
    ],
  ],
  [
    "Charts",
    [
      [
        () => svg(line("M3 14L16 6L28 11L41 4", "var(--accent)"), dot(16, "var(--accent)", "none")),
        "line and dots: Planet Fusion",
      ],
      [
        () => svg(line("M3 10h38", "var(--accent)"), dot(22, "var(--panel)", "var(--accent)")),
        "hollow dot: a gap-filled date",
      ],
      [
        () =>
          svg(
            line("M6 10h32", "var(--accent)", { opacity: 0.6 }),
            svgElement("path", { d: "M22 5l4 5-4 5-4-5z", fill: "var(--accent)" }),
          ),
        "diamond: Sentinel-2, its bar is the month that it stands for",
      ],
      [
        () => svg(line("M12 19v-6M20 19v-6M34 19v-6", "#8b989f", { "stroke-width": 2 })),
        "ticks at the lower edge: dates that are missing",
      ],
      [
        () => svg(line("M8 16h26", "#8b989f", { "stroke-width": 2.5 })),
        "bar at the lower edge: a month that is missing",
      ],
      [
        () =>
          svg(
            line("M12 19v-2M20 19v-2M28 19v-2M34 19v-2", "var(--muted)", {
              "stroke-width": 2,
              "stroke-dasharray": "1 1",
            }),
          ),
        "dots at the lower edge: dates that are still loading",
      ],
      [
        () =>
          svg(
            svgElement("path", { d: "M3 14L16 6L28 9L41 4V12L28 16L16 13L3 18z", fill: "var(--muted)", opacity: 0.3 }),
          ),
        "band: 10th to 90th percentile of the sample or of a region",
      ],
      [() => svg(line("M22 1v18", "var(--ink)")), "upright line: the date of the animation"],
    ],
  ],
  [
    "Map",
    [
      [
        () => svg(...["#e6e600", "#80ff00", "#e6004d"].map((fill, i) => bar(9 + 9 * i, 6, 8, fill, 8))),
        "a sample, coloured by its largest class as in the legend",
      ],
      [
        () =>
          svg(svgElement("circle", { cx: 22, cy: 10, r: 7, fill: "none", stroke: "var(--pin)", "stroke-width": 2.5 })),
        "ring: the sample that is shown",
      ],
    ],
  ],
]

/** @param {import("../messages").Drawn<"Help">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const close = element(
    "button",
    { type: "button", class: "close", "aria-label": "Close the help", onclick: () => setOpen(false) },
    "×",
  )
  const rows = (entries, left) =>
    element("dl", {}, ...entries.flatMap(([name, text]) => [element("dt", {}, left(name)), element("dd", {}, text)]))
  const keys = (text) => element("kbd", {}, text)
  const parts = (all, left) =>
    element(
      "div",
      { class: "parts" },
      ...all.map(([title, entries]) => element("section", {}, element("h4", {}, title), rows(entries, left))),
    )
  const told = element("div", { class: "told" })
  const section = (name, title, ...content) =>
    element("section", { id: `help-${name}` }, element("h3", { tabindex: "-1" }, title), ...content)
  const sections = [
    section(
      "begin",
      "To begin with",
      element(
        "ol",
        {},
        element("li", {}, "Click a point of the map, or Surprise me: another sample."),
        element("li", {}, "Click a pixel of either picture: its two years are drawn. Shift-click adds another."),
        element("li", {}, "Drag the timeline, or press play: the charts and Sentinel-2's month follow."),
        element("li", {}, "Click a class in the legend: only its samples are left. Filters has more to choose by."),
        element("li", {}, "The address of the page is what you see: send it, and others see the same."),
      ),
    ),
    section("keys", "Keys", parts(KEYS, keys)),
    section(
      "marks",
      "What the marks mean",
      parts(MARKS, (draw) => draw()),
    ),
    section(
      "words",
      "Words",
      rows(WORDS, (word) => word),
    ),
    section("version", "Version, citation, licences", told),
  ]
  const jump = (part) => {
    const heading = part.querySelector("h3")
    heading.scrollIntoView({ block: "start" })
    heading.focus({ preventScroll: true })
  }
  const panel = element(
    "section",
    { class: "drawer", role: "dialog", "aria-label": "Help", hidden: true },
    element(
      "header",
      {},
      element("h2", {}, "Help"),
      element(
        "nav",
        { "aria-label": "Parts of the help" },
        ...sections
          .slice(1)
          .map((part) =>
            element("button", { type: "button", onclick: () => jump(part) }, part.firstChild.textContent.split(",")[0]),
          ),
      ),
      close,
    ),
    element("div", { class: "text", tabindex: "0", role: "region", "aria-label": "Text of the help" }, ...sections),
  )
  el.append(panel)
  const setOpen = makeDrawer(panel, "help", page, gone.signal, {
    shown() {
      close.focus()
      mark("help")
    },
  })
  keepKeys(panel, () => setOpen(false))
  page.on("help", () => setOpen(panel.hidden), gone.signal)
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey) return
      if (isWriting(event) || !isOurKey(event, el) || pageRoot(el).classList.contains("presenting")) return
      // A review takes the key for its own; which of the two hears of it first is chance.
      setTimeout(() => event.defaultPrevented || setOpen(panel.hidden))
    },
    { signal: gone.signal },
  )
  listen(model, {
    facts(data) {
      const link = element("a", { href: "guide", target: "_blank", rel: "noopener" }, "The guide, task by task")
      told.replaceChildren(
        element("p", {}, data.software),
        element("p", {}, element("b", {}, "Cite as: "), data.citation),
        ...data.lines.map((text) => element("p", {}, text)),
        element("p", {}, element("b", {}, "Licences: "), data.licences.join("; ")),
        ...(data.terms ? [element("p", {}, data.terms)] : []),
        ...(data.guide ? [element("p", {}, link)] : []),
      )
    },
  })
  model.on("remove", () => gone.abort())
  model.send_msg({ type: "ready" })
}
