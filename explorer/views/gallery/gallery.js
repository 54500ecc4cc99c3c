// The gallery: a page of samples as pictures that come one after another, keys to go through them, marks, and what to do with marked ones.

import { element, keepFocus, keepKeys, makeReturn, mark, saveFile, showPicture } from "../../browser/shared.js"
import { listen, mapBoxBeside } from "../common/talking.js"

const MOST_MARKED = 200
const SIGNS = { correct: "✓", wrong: "✗", unsure: "?", disputed: "≠" }

const percent = (share) => `${share > 0 && share < 0.01 ? "< 1" : Math.round(100 * share)} %`

/** @param {import("../messages").Drawn<"Gallery">} panel */
export function render({ model, el }) {
  const stop = new AbortController()
  /** @type {import("../messages").Told["Gallery"]["page"] | null} */
  let state = null
  let cells = /** @type {any[]} */ ([])
  let urls = /** @type {string[]} */ ([])
  const marked = new Set()
  let at = 0, // the tile that has the keys
    anchor = 0, // where a range begins
    goTo = "first", // which tile has them on the page that comes
    asked = 0, // ms, when the page was asked for
    came = 0

  const button = (text, title, act, attributes = {}) =>
    element("button", { type: "button", title, onclick: act, ...attributes }, text)
  const send = (message) => {
    asked = performance.now()
    model.send_msg(message)
  }

  const title = element("h2"),
    count = element("output", { class: "count", "aria-live": "polite", "aria-label": "Samples on this page" }),
    source = element("span", { class: "source" })
  const select = (label, act) => {
    const list = element("select", { "aria-label": label, title: label })
    list.addEventListener("change", () => act(list.value))
    return list
  }
  const sort = select("Sort by", (value) => send({ type: "sort", sort: value, reverse: false }))
  const reverse = button("↓", "Reverse the order", () =>
    send({ type: "sort", sort: state.sort, reverse: !state.reverse }),
  )
  const shuffle = button("↻", "", () => send({ type: "shuffle" }), { hidden: true })
  const date = select("Date of the pictures", (value) => send({ type: "date", value }))
  const composite = select("What the pictures show", (value) => send({ type: "composite", value }))
  const size = select("Samples a page", (value) => send({ type: "size", size: Number(value) }))
  size.append(...[20, 50, 100, 200].map((n) => element("option", { value: n }, `${n} a page`)))
  const before = button("‹", "Previous page", () => turn(-1), { "aria-label": "Previous page" })
  const next = button("›", "Next page", () => turn(1), { "aria-label": "Next page" })
  const dock = button("", "", () => setDocked(!docked), { class: "dock" })
  const close = button("×", "Close the gallery", () => hide(), { class: "close", "aria-label": "Close the gallery" })
  const how = element("p", { class: "how" })
  // What is searched for that is alike: each choice is a new search.
  const ask = (changes = {}) =>
    send({
      type: "alike",
      of: "now",
      by: likeBy.value,
      label: likeLabel.value,
      count: Number(likeCount.value) || 100,
      middle: likeMiddle.hidden ? "" : likeMiddle.value,
      ids: [],
      ...changes,
    })
  const likeOf = select("Like what", (value) => value !== "now" && ask({ of: value }))
  const likeBy = select("Compared by", () => ask()),
    likeLabel = select("Only with this label", () => ask()),
    likeCount = select("How many", () => ask())
  const likeMiddle = select("How several samples count", () => ask())
  likeMiddle.append(
    element("option", { value: "mean" }, "their mean"),
    element("option", { value: "medoid" }, "the middle one (medoid)"),
  )
  likeMiddle.title = "Several samples count as their mean, or as the one of them that lies nearest to it (medoid)"
  const only = button("Only these", "", () => {
    const on = only.getAttribute("aria-pressed") !== "true"
    model.send_msg({ type: "only", on })
    told.textContent = on
      ? "Map, table and dataset show only these. The filter above the map takes that back."
      : "Map, table and dataset show all again."
  })
  const drawOnly = (on) => {
    only.setAttribute("aria-pressed", String(on))
    only.title = on
      ? "Map, table and dataset show only these samples; press to show the others again"
      : "Show only these samples on the map, in its table and in what is counted of the dataset"
  }
  const onMap = button("On the map", "Close the gallery; rings on the map show where these samples are", () => {
    close_()
    model.send_msg({ type: "map" })
  })
  const likeBar = element(
    "div",
    { class: "bar like", role: "toolbar", "aria-label": "What is alike", hidden: true },
    likeOf,
    likeMiddle,
    element("span", { class: "group" }, element("span", { class: "word", "aria-hidden": "true" }, "by"), likeBy),
    likeLabel,
    likeCount,
    only,
    onMap,
  )
  const fillLikes = (choices) => {
    const first = state?.similar?.ofs[0]
    if (first) fill(likeOf, [first, ...choices], first.value)
  }

  const grid = element("div", {
    class: "grid",
    role: "listbox",
    "aria-multiselectable": "true",
    "aria-label": "Samples. Arrow keys move, Enter opens, space marks, Shift and arrows mark a range, Ctrl+A the page",
  })
  const nothing = element("p", { class: "nothing", hidden: true }, "No sample is in this set.")
  const told = element("p", { class: "told", role: "status" })
  const chosen = element("output", { class: "chosen", "aria-live": "polite" })
  const markPage = button("Mark page", "Mark all samples of this page (Ctrl+A)", () => markAll())
  const clear = button("Clear", "Take all marks away", () => {
    marked.clear()
    drawMarks()
  })
  const ids = () => [...marked]
  const table = button("Table", "The marked samples as a table", () => model.send_msg({ type: "list", ids: ids() }))
  const review = button("Review", "Review the marked samples, in this order", () =>
    model.send_msg({ type: "review", ids: ids() }),
  )
  const alike = button("More like these", "What looks like the marked samples: like their mean", () =>
    ask({ of: "marked", by: likeBy.value || "all", ids: ids() }),
  )
  const saves = [
    ["csv", "CSV"],
    ["geojson", "GeoJSON"],
    ["gpkg", "GeoPackage"],
    ["parquet", "GeoParquet"],
  ].map(([format, name]) =>
    button(name, "", () => {
      told.textContent = `Writing ${name} …`
      model.send_msg({ type: "save", format, ids: ids() })
    }),
  )
  const saveWhat = element("span")
  const panel = element(
    "section",
    { class: "panel", role: "dialog", "aria-label": "Gallery", hidden: true },
    element("header", {}, title, count, source, dock, close),
    likeBar,
    element(
      "div",
      { class: "bar", role: "toolbar", "aria-label": "Pictures and order" },
      element("span", { class: "group" }, sort, reverse, shuffle),
      element("span", { class: "group" }, date, composite),
      element("span", { class: "group turn" }, size, before, next),
    ),
    how,
    element("div", { class: "scroll" }, grid, nothing),
    element(
      "footer",
      {},
      chosen,
      markPage,
      clear,
      table,
      review,
      alike,
      element("span", { class: "save" }, saveWhat, ...saves),
    ),
    told,
  )
  el.append(panel)

  // -- where it is --------------------------------------------------------------------------------------------
  const back = makeReturn(panel)
  let docked = false
  const place = () => {
    panel.classList.toggle("docked", docked)
    // In a review, the form stands where the map was: what is docked lies below the pictures then.
    const map = docked ? mapBoxBeside(model) : null
    panel.classList.toggle("beside", Boolean(map))
    panel.style.width = map ? `${Math.max(map.right + 4, 330)}px` : ""
    dock.textContent = docked ? "Large" : "Dock"
    dock.title = docked ? "Give the gallery the whole page" : "Make room for the sample’s pictures"
  }
  const setDocked = (value) => {
    docked = value
    place()
    cells[at]?.node.scrollIntoView({ block: "nearest" })
  }
  window.addEventListener("resize", () => !panel.hidden && place(), { signal: stop.signal })
  const hide = () => {
    close_()
    model.send_msg({ type: "closed" })
  }
  const close_ = () => {
    if (panel.hidden) return
    back.closed()
    panel.hidden = true
    docked = false
    drop()
  }
  const drop = () => {
    for (const url of urls) URL.revokeObjectURL(url)
    urls = []
  }

  // -- pages --------------------------------------------------------------------------------------------------
  const pages = () => Math.max(Math.ceil(state.count / state.size), 1)
  const turn = (by, then = "first") => {
    const wanted = state.page + by
    if (wanted < 1 || wanted > pages()) return
    goTo = then
    send({ type: "page", page: wanted })
  }
  const fill = (list, choices, value) => {
    const said = JSON.stringify([choices, value])
    if (list.said === said) return
    list.said = said
    const groups = new Map()
    for (const one of choices) {
      const option = element(
        "option",
        { value: one.value, selected: one.value === value, disabled: Boolean(one.off) },
        one.off ? `${one.text} (${one.off})` : one.text,
      )
      if (!one.group) groups.set(option, null)
      else groups.set(one.group, [...(groups.get(one.group) ?? []), option])
    }
    list.replaceChildren(
      ...[...groups].map(([group, options]) => (options ? element("optgroup", { label: group }, ...options) : group)),
    )
    list.value = value
  }

  // -- tiles --------------------------------------------------------------------------------------------------
  const nameOf = (tile, more = "") => {
    const parts = [tile.id]
    if (tile.title) parts.push(tile.share === null ? tile.title : `${tile.title} ${percent(tile.share)}`)
    if (tile.verdict) parts.push(`${tile.verdict} by ${tile.by}`)
    parts.push(more || state.date_shown)
    return parts.join(", ")
  }
  const makeTile = (tile, place) => {
    const frame = element("span", { class: "frame waiting" })
    const bar = element("i", { class: "class" }),
      words = element("span", { class: "words" }),
      badge = element("b", { class: "badge", hidden: true }),
      filled = element("small", { class: "filled", hidden: true }),
      tick = element("span", { class: "tick", title: "Mark" }, element("span"))
    const node = element(
      "div",
      { class: "tile", role: "option", "aria-selected": "false", tabindex: "-1" },
      frame,
      bar,
      words,
      element("span", { class: "id" }, tile.id),
      badge,
      filled,
      tick,
    )
    const cell = { node, frame, bar, words, badge, filled, tile, why: "", share: 0 }
    tick.addEventListener("click", (event) => {
      event.stopPropagation()
      focusOn(place)
      toggle(place)
    })
    node.addEventListener("click", (event) => {
      if (event.shiftKey) {
        range(place)
        focusOn(place)
      } else if (event.ctrlKey || event.metaKey) {
        focusOn(place)
        toggle(place)
      } else {
        focusOn(place)
        open(place)
      }
    })
    tellTile(cell, tile)
    return cell
  }
  const tellTile = (cell, tile) => {
    cell.tile = tile
    cell.bar.style.background = tile.colour || "transparent"
    cell.words.replaceChildren(
      element("span", { class: "title" }, tile.title),
      element("em", {}, tile.share === null ? "" : percent(tile.share)),
      element("time", {}, state.date_shown),
    )
    cell.badge.hidden = !tile.verdict
    cell.badge.className = `badge ${tile.verdict}`
    cell.badge.textContent = SIGNS[tile.verdict] ?? (tile.verdict ? "•" : "")
    cell.badge.title = tile.verdict ? `${tile.verdict}, by ${tile.by}` : ""
    nameTile(cell)
  }
  const nameTile = (cell) => {
    const said = cell.why ? `${state.date_shown} ${cell.why}` : ""
    const gap = cell.share > 0 ? `, ${percent(cell.share)} gap-filled` : ""
    cell.node.setAttribute("aria-label", nameOf(cell.tile, said) + gap)
    cell.node.title = nameOf(cell.tile, said) + gap
  }
  const shownIds = () => cells.map(({ tile }) => tile.id).join()
  const drawSample = (id) => {
    for (const { node, tile } of cells) {
      node.classList.toggle("open", tile.id === id)
      if (tile.id === id) node.setAttribute("aria-current", "true")
      else node.removeAttribute("aria-current")
    }
  }
  const drawMarks = () => {
    for (const { node, tile } of cells) node.setAttribute("aria-selected", String(marked.has(tile.id)))
    const n = marked.size
    chosen.textContent = n ? `${n.toLocaleString("en")} marked` : "None marked"
    const hidden = Boolean(state?.hidden)
    const found = Boolean(state?.similar && state.count)
    table.disabled = alike.disabled = !n || hidden
    review.disabled = (!n && !found) || hidden
    review.textContent = !n && found ? `Review ${Math.min(state.count, MOST_MARKED)}` : "Review"
    review.dataset.title =
      !n && found ? "Review these samples, the nearest first" : "Review the marked samples, in this order"
    clear.disabled = !n
    saveWhat.textContent = n ? "Download marked" : "Download all"
    for (const one of saves) one.disabled = hidden || !state?.count
    const why = hidden ? "Not while the review hides labels" : ""
    for (const one of [table, review, alike, ...saves]) one.title = why || one.dataset.title || one.title
  }

  // -- keys and marks -----------------------------------------------------------------------------------------
  const focusOn = (place, focus = true) => {
    if (!cells.length) return
    cells[at]?.node.setAttribute("tabindex", "-1")
    at = Math.min(Math.max(place, 0), cells.length - 1)
    cells[at].node.setAttribute("tabindex", "0")
    if (!focus) return
    cells[at].node.focus({ preventScroll: true })
    cells[at].node.scrollIntoView({ block: "nearest" })
  }
  const full = () => {
    told.textContent = `At most ${MOST_MARKED} samples are marked at once.`
  }
  const put = (place, on) => {
    const { id } = cells[place].tile
    if (!on) marked.delete(id)
    else if (marked.size >= MOST_MARKED && !marked.has(id)) return full()
    else marked.add(id)
  }
  const toggle = (place) => {
    told.textContent = ""
    put(place, !marked.has(cells[place].tile.id))
    anchor = place
    drawMarks()
  }
  const range = (to) => {
    told.textContent = ""
    for (let i = Math.min(anchor, to); i <= Math.max(anchor, to); i++) put(i, true)
    drawMarks()
  }
  const markAll = () => {
    told.textContent = ""
    for (let i = 0; i < cells.length; i++) put(i, true)
    drawMarks()
  }
  const open = (place) => {
    if (!docked) setDocked(true)
    model.send_msg({ type: "open", id: cells[place].tile.id })
    if (panel.classList.contains("beside")) return
    showPicture(el)
  }
  const columns = () => {
    const top = cells[0]?.node.offsetTop
    const n = cells.findIndex(({ node }) => node.offsetTop !== top)
    return n < 0 ? cells.length : n
  }
  // Whatever gave a tile the focus: a reader's own cursor does not use our keys.
  grid.addEventListener("focusin", (event) => {
    const place = cells.findIndex(({ node }) => node === event.target)
    if (place >= 0 && place !== at) focusOn(place, false)
  })
  grid.addEventListener("keydown", (event) => {
    if (!cells.length || event.altKey) return
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() }
    const step = steps[event.key]
    if (step !== undefined) {
      const to = at + step
      if (event.shiftKey) {
        if (!cells[to]) return
        range(to)
        focusOn(to)
      } else if (to >= cells.length && (step === 1 || at >= cells.length - ((cells.length - 1) % columns()) - 1)) {
        turn(1)
      } else if (to < 0) turn(-1, "last")
      else focusOn(to)
      if (!event.shiftKey) anchor = at
    } else if (event.key === "Home") focusOn(0)
    else if (event.key === "End") focusOn(cells.length - 1)
    else if (event.key === "PageDown") turn(1)
    else if (event.key === "PageUp") turn(-1)
    else if (event.key === "Enter") open(at)
    else if (event.key === " ") toggle(at)
    else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) markAll()
    else return
    event.preventDefault()
  })
  keepKeys(panel, hide)

  listen(model, {
    page(data) {
      const opening = panel.hidden,
        held = opening || grid.contains(el.getRootNode().activeElement)
      state = data
      drop()
      came = 0
      if (opening) {
        back.opened()
        asked = asked || performance.now()
        docked = false
        goTo = "first"
      }
      panel.hidden = false
      place()
      title.textContent = data.similar ? "More like this" : "Gallery"
      const first = (data.page - 1) * data.size
      const range = `${(first + 1).toLocaleString("en")}–${(first + data.tiles.length).toLocaleString("en")}`
      count.textContent = data.count ? `${range} of ${data.count.toLocaleString("en")}` : "0 samples"
      source.textContent = data.source
      likeBar.hidden = !data.similar
      nothing.textContent = data.nothing || "No sample is in this set."
      how.textContent = `By ${data.how} · ${data.composite_shown}, ${data.date_shown}`
      told.textContent = ""
      keepFocus(panel.querySelector(".bar:not(.like)"), () => {
        if (data.similar) {
          fill(likeOf, data.similar.ofs, data.similar.ofs[0].value)
          fill(likeBy, data.similar.bys, data.similar.by)
          fill(likeLabel, data.similar.labels, data.similar.label)
          const counts = data.similar.counts.map((n) => ({
            value: String(n),
            text: `${n} samples`,
            group: "",
            off: "",
          }))
          fill(likeCount, counts, String(data.similar.count))
          likeMiddle.hidden = !data.similar.middle
          likeMiddle.value = data.similar.middle || "mean"
          drawOnly(data.similar.only)
          only.disabled = !data.count
        }
        fill(sort, data.sorts, data.sort)
        fill(date, data.dates, data.date)
        fill(composite, data.composites, data.composite)
        size.value = String(data.size)
        reverse.textContent = data.reverse ? "↑" : "↓"
        reverse.setAttribute("aria-label", "Reverse the order")
        reverse.setAttribute("aria-pressed", String(data.reverse))
        shuffle.hidden = data.sort !== "random" && data.sort !== "similarity"
        shuffle.title = data.sort === "random" ? "Another random order" : "Compare with the sample that is open now"
        shuffle.setAttribute("aria-label", shuffle.title)
        before.disabled = data.page <= 1
        next.disabled = data.page >= pages()
      })
      // Another date or picture of the same samples: who looks at one of them goes on.
      const again = !opening && cells.length > 0 && data.tiles.map(({ id }) => id).join() === shownIds()
      if (again)
        cells.forEach((cell, i) => {
          cell.why = ""
          cell.share = 0
          cell.filled.hidden = true
          tellTile(cell, data.tiles[i])
        })
      else {
        cells = data.tiles.map(makeTile)
        grid.replaceChildren(...cells.map(({ node }) => node))
        panel.querySelector(".scroll").scrollTop = 0
        at = 0
        anchor = 0
        focusOn(goTo === "last" ? cells.length - 1 : 0, held && cells.length > 0)
      }
      grid.hidden = !cells.length
      nothing.hidden = Boolean(cells.length)
      if (opening && !cells.length) close.focus({ preventScroll: true })
      goTo = "first"
      drawMarks()
      drawSample(data.sample)
      mark("gallery-page", { ticket: data.ticket, page: data.page, count: data.count, sort: data.sort })
    },
    pictures(data) {
      if (data.ticket !== state?.ticket) return
      let begin = 0
      const bytes = new Uint8Array(data.bytes)
      data.places.forEach((place, i) => {
        const url = URL.createObjectURL(
          new Blob([bytes.subarray(begin, begin + data.sizes[i])], { type: "image/jpeg" }),
        )
        begin += data.sizes[i]
        urls.push(url)
        const picture = element("img", { src: url, alt: "", decoding: "async", draggable: "false" })
        cells[place].frame.className = "frame"
        cells[place].frame.replaceChildren(picture)
      })
      for (const { place, state: lack, why } of data.lacks) {
        const cell = cells[place]
        cell.why = `${lack}: ${why}`
        cell.frame.className = `frame lacks ${lack}`
        cell.frame.replaceChildren(element("span", {}, element("b", {}, lack === "absent" ? "missing" : lack), why))
        nameTile(cell)
      }
      const before = came
      came += data.places.length + data.lacks.length
      if (!before) mark("gallery-first", { ticket: data.ticket, after: performance.now() - asked })
      if (came === cells.length) mark("gallery-drawn", { ticket: data.ticket, after: performance.now() - asked })
    },
    filled(data) {
      if (data.ticket !== state?.ticket) return
      data.places.forEach((place, i) => {
        const cell = cells[place]
        cell.share = data.shares[i]
        cell.filled.hidden = !(cell.share > 0)
        cell.filled.textContent = cell.share > 0 ? `${percent(cell.share)} filled` : ""
        nameTile(cell)
      })
    },
    ended(data) {
      if (data.ticket === state?.ticket) mark("gallery-ended", { ticket: data.ticket })
    },
    tiles(data) {
      if (data.ticket !== state?.ticket) return
      data.tiles.forEach((tile, i) => cells[i] && tellTile(cells[i], tile))
    },
    sample(data) {
      if (state) {
        state.sample = data.id
        drawSample(data.id)
      }
    },
    likes({ choices, only: on }) {
      fillLikes(choices)
      drawOnly(on)
    },
    hide: () => close_(),
    trouble(data) {
      told.textContent = data.text
    },
    file(data) {
      saveFile(data.name, new Blob([data.bytes], { type: data.media }))
      told.textContent = `${data.name} was written.`
    },
  })
  model.on("remove", () => {
    stop.abort()
    drop()
  })
  model.send_msg({ type: "ready" })
}
