// Planet Fusion in the browser: compressed frames come once, in the order wanted; play, scrub and step need no server.

import {
  choice,
  decodePicture,
  element,
  gapText,
  icon,
  inDocument,
  isWriting,
  letterOf,
  longDate,
  mark,
  pageRoot,
  status,
  svgElement,
} from "../../browser/shared.js"
import { SIZE } from "../common/chip.js"
import { cornersOf, strokeRegion } from "../common/draw.js"
import {
  coverCredit,
  coverText,
  drawCoverLegend,
  makeCoverLegend,
  noLandCover,
  readLandCover,
} from "../common/land_cover.js"
import { nearestDate } from "../common/nearest_date.js"
import { download, drawLegend, makePicture, pictureOfSheet } from "../common/picture_file.js"
import { makeReadout } from "../common/readout.js"
import { makeStage } from "../common/stage.js"
import { bus, listen, makeChoices } from "../common/talking.js"
import { makeViewTeller } from "../common/view_teller.js"
import { makeDates } from "./dates.js"
import { makeFirstPlay, momentOf, yearUntil } from "./first_play.js"
import { makeHints } from "./hints.js"
import { makeLook } from "./look.js"
import { makeSheet } from "./sheet.js"
import { takeOver } from "./shell_taken.js"
import { dateLabel, dateState, earlyText, handleByKey, lackText, makeTimeline } from "./timeline.js"

// A pin that is crossed out: words would push the speed out of the bar.
const clearIcon = () =>
  svgElement(
    "svg",
    { viewBox: "0 0 16 16", width: 15, height: 15, "aria-hidden": "true", fill: "none", stroke: "currentColor" },
    svgElement("path", {
      d: "M8 14.5C5 10.500 3.500 8 3.500 5.700a4.500 4.500 0 0 1 9 0c0 2.300-1.500 4.800-4.500 8.800zM6.300 4l3.400 3.400M9.700 4 6.300 7.400",
      "stroke-width": 1.3,
    }),
  )

/** @param {import("../messages").Drawn<"Player">} panel */
export function render({ model, el }) {
  const page = bus(model)
  const gone = new AbortController()
  const SPEEDS = [1, 2, 5, 10, 15, 25, 30]
  const SHEET = [12, 24, 48]
  const still = window.matchMedia("(prefers-reduced-motion: reduce)")
  const state = {
    ticket: -1,
    dates: [],
    times: [],
    frames: [],
    versions: [],
    status: [],
    reasons: {},
    gaps: null,
    gapsKnown: false,
    means: null, // of the quality layers
    lost: -1, // the date since which cover is lost, and what is said of it
    lostText: "",
    index: 0,
    other: -1,
    range: /** @type {[number, number]} */ ([0, 0]),
    shown: -1,
    playing: false,
    loop: true,
    speed: 10,
    pins: [],
    place: null,
    credit: "",
    overlays: [],
    legend: null,
    change: null,
    error: null,
    pending: 0,
    settled: false,
    firstMarked: false,
    readyMarked: false,
    sheet: 0,
    cover: noLandCover(), // the map of land cover over the pictures
  }

  // --- what is on the screen -------------------------------------------------------------------
  const button = (label, text, action, extra = {}) =>
    element("button", { type: "button", "aria-label": label, title: label, onclick: action, ...extra }, text)
  const view = makeViewTeller(
    () => ({
      mode: look.value,
      other: compares() ? state.other : -1,
      scale: stage.view.scale,
      row: stage.view.y,
      col: stage.view.x,
      layer: looks.layer,
      split: stage.swipe,
    }),
    (seen) => model.send_msg({ type: "view", ...seen }),
  )
  // What plays and how fast, and whether it does: the first play of a newcomer's page is not what somebody chose.
  const playback = makeViewTeller(
    () => ({
      first: state.range[0],
      last: state.range[1],
      speed: state.speed,
      loop: state.loop,
      running: state.playing && !year,
    }),
    (now) => state.dates.length && model.send_msg({ type: "playback", ...now }),
  )
  const stage = makeStage({
    name: "Planet Fusion image. Click to choose a pixel, or P and the arrow keys; B draws a box, G a polygon; without them arrows step through the dates, space plays; plus and minus zoom",
    panes: [
      { label: "Planet Fusion image", pixels: SIZE },
      { label: "Planet Fusion image of the compared date", pixels: SIZE },
    ],
    swipes: "Swipe between the two dates",
    button,
    onView: view.later,
    onPick: (pixel, add) => {
      if (state.dates.length) {
        model.send_msg({ type: "pixel_clicked", ...pixel, add })
        readout.later()
        hints.did("pixel")
        if (add) hints.did("add")
      }
    },
    onMovePin: (i, pixel, done) => movePin(i, pixel, done),
    onHover: (pixel, pane) => {
      const index = pane ? state.other : state.index
      readout.show(pixel, state.place, !state.playing && there(index) ? index : -1)
    },
    regions: {
      onAdd: (kind, points) => model.send_msg({ type: "draw", kind, points }),
      onMove: (region, points, done) => model.send_msg({ type: "reshape", region, points, done }),
      onRemove: (region) => model.send_msg({ type: "erase", region }),
    },
  })
  const readout = makeReadout({
    el: stage.readout,
    ask: (row, col, index) => model.send_msg({ type: "under", row, col, index, ticket: state.ticket }),
    more: (pixel) => [coverText(state.cover, pixel), stage.groundText(pixel)],
  })
  const timeline = makeTimeline({
    root: () => root,
    onSeek: (index, settled) => {
      setPlaying(false)
      seek(index, settled)
      if (settled) hints.did("time")
    },
    onCompare: (index) => {
      state.other = index
      draw()
      askChange()
      view.later()
    },
    onRange: (range) => {
      state.range = range
      restart()
      drawTimeline()
      tellRange()
      playback.later()
    },
  })
  const sheet = makeSheet({
    onDate: (index) => {
      look.value = "single"
      setLook("single")
      seek(index, true)
    },
  })
  const well = element("div", { class: "well" }, stage.el, sheet.el)
  const served = Boolean(inDocument(el).closest("main#page"))
  const hints = makeHints({ served })
  page.on("hint-done", (name) => hints.did(name), gone.signal)
  const firstPlay = makeFirstPlay({
    served,
    busy: () =>
      look.value !== "single" || ["reviewing", "presenting"].some((name) => pageRoot(el).classList.contains(name)),
    ask: () => model.send_msg({ type: "telling", ticket: state.ticket }),
    stop: () => year && setPlaying(false),
    // The button pauses by its click, the timeline seeks.
    own: (event) => event.type === "pointerdown" && event.composedPath().includes(play),
    signal: gone.signal,
  })
  const play = button("Play", icon("play"), () => setPlaying(!state.playing), { class: "play" })
  const loop = button("Loop", icon("loop"), () => setLoop(!state.loop), { "aria-pressed": "true" })
  const speed = choice(
    "Frames per second",
    SPEEDS.map((value) => [String(value), `${value} /s`]),
    "10",
    (value) => {
      state.speed = Number(value)
      anchor()
      playback.later()
    },
  )
  const look = choice(
    "View",
    [
      ["single", "One date"],
      ["swipe", "Swipe two"],
      ["side", "Side by side"],
      ["difference", "Difference"],
      ...SHEET.map((n) => [`sheet-${n}`, `Sheet of ${n}`]),
    ],
    "single",
    (value) => setLook(value),
  )
  const coverLegend = makeCoverLegend()
  const setCover = (cover) => {
    state.cover = cover
    stage.setCover(cover)
    page.emit("land-cover", cover) // Sentinel-2's pictures have it too
    if (state.sheet) drawSheet()
  }
  let ground = [] // what was seen on the ground, as far as it is drawn
  page.on("ask-ground", ({ take }) => take(ground), gone.signal)
  page.on("ask-land-cover", ({ take }) => take(state.cover), gone.signal)
  const looks = makeLook({
    button,
    sendCover: (name, opacity) => model.send_msg({ type: "land_cover", name, opacity }),
    sendGround: (shown) => model.send_msg({ type: "ground", shown }),
    fadeCover: (percent) => setCover({ ...state.cover, opacity: percent / 100 }),
    send: (type, value) => {
      if (type === "overlay") view.later()
      if (type === "overlay" && !value) {
        clearOverlays()
        showLegend()
        draw()
        if (state.sheet) drawSheet()
      } else if (type === "overlay") model.send_msg({ type, value, ticket: state.ticket })
      else choices.send({ type, value })
    },
  })
  const choices = makeChoices(model, (data) => {
    if (!data.problem)
      for (const item of composites) item.setAttribute("aria-pressed", String(item.dataset.value === data.composite))
    looks.show(data)
  })
  const clearOverlays = () => {
    for (const picture of state.overlays) picture?.close()
    Object.assign(state, { overlays: [], marks: null })
  }
  // Of what lies on top: the change, else the quality layer, else the picture itself.
  const showLegend = () => looks.showLegend((differs() && state.change?.legend) || state.marks || state.legend)
  const early = element("div", { class: "hint", role: "status", hidden: true })
  stage.legends.append(looks.legend, coverLegend.el)
  stage.el.append(early)
  const composites = [
    ["true", "True colour"],
    ["false", "False colour (NIR)"],
  ].map(([value, text]) =>
    button(text, text, () => choices.send({ type: "composite", value }), {
      "data-value": value,
      "aria-pressed": "false",
    }),
  )
  const dates = makeDates({
    now: () => state,
    may: (i) => there(i) || !state.settled,
    described: (i) => dateState(state, i),
    go: (index) => {
      setPlaying(false)
      seek(index, true)
    },
  })
  window.addEventListener("pointerdown", dates.closeUnless, { signal: gone.signal, capture: true })
  const clear = button("Remove all pins but the last", clearIcon(), () => model.send_msg({ type: "clear" }), {
    hidden: true,
  })
  const counts = element("span"),
    bar = element("progress", { max: 1, value: 0, "aria-label": "Dates read" }),
    progress = element("div", { class: "progress", role: "status" }, bar, counts)
  const tellProgress = (text, share = null, title = "") => {
    counts.textContent = text
    bar.hidden = share === null
    if (share !== null) bar.value = share
    progress.title = [text, title].filter(Boolean).join(". ")
  }
  const root = element(
    "div",
    { class: "stack" },
    element(
      "div",
      { class: "bar" },
      element("div", { class: "segments", role: "group", "aria-label": "Composite" }, ...composites, looks.toggle),
      look,
      button("Save the picture as PNG", icon("save"), () => save(), { class: "save" }),
      looks.panel,
    ),
    well,
    hints.el,
    timeline.el,
    element(
      "div",
      { class: "controls-room" },
      element(
        "div",
        { class: "controls" },
        button("First date", icon("first"), () => seek(firstThere(), true), { class: "end" }),
        button("Previous date", icon("previous"), () => step(-1)),
        play,
        button("Next date", icon("next"), () => step(1)),
        button("Last date", icon("last"), () => seek(lastThere(), true), { class: "end" }),
        dates.box,
        loop,
        clear,
        progress,
        speed,
      ),
    ),
    timeline.tip,
  )
  el.append(root)

  // --- drawing ---------------------------------------------------------------------------------
  const there = (i) => state.status[i] === status.THERE
  const tellRange = () => page.emit("range", { range: state.range, other: compares() ? state.other : -1 })
  page.on("ask-range", tellRange, gone.signal)
  const inRange = (i) => i >= state.range[0] && i <= state.range[1]
  const firstThere = () =>
    Math.max(
      0,
      state.status.findIndex((_, i) => there(i) && inRange(i)),
    )
  const lastThere = () =>
    Math.max(
      0,
      state.status.findLastIndex((_, i) => there(i) && inRange(i)),
    )
  const compares = () => stage.mode !== "single" || differs()
  const differs = () => look.value === "difference"
  // The change between the two dates comes from the server: the browser has pictures, not reflectance.
  const askChange = () => {
    if (
      differs() &&
      (state.change?.first !== state.other || state.change?.second !== state.index) &&
      there(state.index) &&
      there(state.other)
    ) {
      model.send_msg({ type: "difference", first: state.other, second: state.index, ticket: state.ticket })
    }
  }

  const draw = () => {
    const frame = state.frames[state.index]
    if (frame || !state.playing || state.shown < 0) {
      if (differs())
        stage.paint(
          0,
          state.change?.first === state.other && state.change.second === state.index ? state.change.picture : null,
        )
      else stage.paint(0, frame, state.overlays[state.index])
      state.shown = frame ? state.index : -1
    }
    if (frame && !state.firstMarked) {
      state.firstMarked = true
      mark("first-frame", { sample: state.sample, index: state.index }, () =>
        model.send_msg({ type: "shown", ticket: state.ticket }),
      )
    }
    stage.el.classList.toggle("differs", differs())
    stage.dates[0].replaceChildren(...dateLabel(state, state.index, differs() ? state.other : -1))
    if (compares() && !differs() && state.other >= 0) {
      stage.paint(1, state.frames[state.other], state.overlays[state.other])
      stage.dates[1].replaceChildren(...dateLabel(state, state.other))
      stage.lack(1, lackOf(state.other))
    }
    showMessage()
    showEarly()
    drawTimeline()
  }
  // Pressed before all dates have come, play says what there is to play.
  const showEarly = () => {
    const text = earlyText(state, playable().length)
    if (early.textContent !== text) early.textContent = text
    early.hidden = !text
  }
  const gapOf = (index) => gapText(state.gaps?.[index])
  const lackOf = (index) => lackText(state, index)
  const drawTimeline = () => {
    timeline.draw({
      dates: state.dates,
      status: state.status,
      reasons: state.reasons,
      gaps: state.gaps,
      gapsKnown: state.gapsKnown,
      settled: state.settled,
      means: state.means,
      index: state.index,
      range: state.range,
      other: compares() ? state.other : -1,
      change: state.lost,
      changeText: state.lostText,
      ready: (i) => Boolean(state.frames[i]),
    })
    dates.show()
  }

  const showMessage = () => {
    const { message } = stage
    let text = lackOf(state.index),
      retry = false
    stage.lack(0, "", Boolean(text))
    if (state.error) {
      text = state.error
      retry = true
    } else if (!state.dates.length) text = "Click a sample on the map"
    else if (!text && !state.frames[state.index]) text = "Loading …"
    if (message.dataset.text === text) return
    message.dataset.text = text
    message.replaceChildren(text)
    message.hidden = !text
    if (retry) message.append(button("Try again", "Try again", () => model.send_msg({ type: "retry" })))
  }

  const drawSheet = () => {
    stage.el.hidden = Boolean(state.sheet)
    sheet.draw(state.sheet, playable(), {
      dates: state.dates,
      note: gapOf,
      picture: (context, i) => {
        context.drawImage(state.frames[i], 0, 0)
        if (state.overlays[i]) context.drawImage(state.overlays[i], 0, 0)
        if (state.cover.canvas) {
          context.globalAlpha = state.cover.opacity
          context.drawImage(state.cover.canvas, 0, 0)
          context.globalAlpha = 1
        }
        for (const region of stage.drawing.regions)
          strokeRegion(context, cornersOf(region), region.colour, ([row, col]) => [col, row], { width: 1.5 })
      },
    })
  }
  const save = () => {
    if (!state.dates.length) return
    const shown = look.value === "single" ? "" : ` · ${look.selectedOptions[0].text}`
    const what = `${state.sample} · Planet Fusion, ${looks.title}${shown}`
    const over = coverCredit(state.cover)
    const footer = [what, ...(over ? [over] : []), state.credit]
    if (state.sheet) {
      download(pictureOfSheet(sheet, footer), `${state.sample}_sheet.png`)
      return
    }
    const { width, side } = stage.size
    footer[0] = `${what} · UTM ${state.sample.slice(0, 3)}`
    const picture = makePicture(width, side, footer, (context) => {
      stage.copy(context)
      if (looks.colours) drawLegend(context, looks.colours, 8, 56)
      const top = looks.colours ? 108 : 56
      drawCoverLegend(context, state.cover, 8, top, side - top - 30)
    })
    download(picture, `${state.sample}_${state.dates[state.index]}.png`)
  }
  const setLook = (value) => {
    state.sheet = value.startsWith("sheet-") ? Number(value.slice(6)) : 0
    if (state.sheet) setPlaying(false)
    stage.setMode(state.sheet || value === "difference" ? "single" : value)
    if (differs()) setPlaying(false)
    showLegend()
    // Compared with the same season of the other year, where nothing else was chosen.
    if (compares() && state.other < 0)
      state.other = state.index + 73 < state.dates.length ? state.index + 73 : Math.max(0, state.index - 73)
    fit()
    drawSheet()
    draw()
    askChange()
    view.later()
  }

  let lastMove = 0
  const movePin = (i, pixel, done) => {
    state.pins = state.pins.map((pin, k) => (k === i ? { ...pin, ...pixel } : pin))
    stage.setPins(state.pins)
    if (!done && performance.now() - lastMove < 20) return
    lastMove = performance.now()
    model.send_msg({ type: "move", pin: i, ...pixel })
  }
  // --- time ------------------------------------------------------------------------------------
  let lastSent = 0,
    sendTimer = 0,
    chosen = false // whether a person chose the date
  const tell = (settled) => {
    clearTimeout(sendTimer)
    // While it plays, once a second is enough for the server to know; while a person scrubs, ten times.
    const wait = settled ? 0 : (state.playing ? 1000 : 100) - (performance.now() - lastSent)
    const send = () => {
      lastSent = performance.now()
      model.send_msg({ type: "date", index: state.index, settled, ticket: state.ticket, chosen })
    }
    if (wait <= 0) send()
    else sendTimer = setTimeout(send, wait)
  }

  const seek = (index, settled, byHand = true) => {
    if (!state.dates.length) return
    chosen = byHand
    state.index = Math.min(Math.max(index, 0), state.dates.length - 1)
    draw()
    page.emit("date", { index: state.index, iso: state.dates[state.index], time: state.times[state.index] })
    tell(settled)
    if (settled) {
      anchor()
      askChange()
    }
  }

  const step = (direction) => {
    setPlaying(false)
    let i = state.index + direction
    while (i >= 0 && i < state.dates.length && state.settled && !there(i)) i += direction
    if (i >= 0 && i < state.dates.length) seek(i, true)
  }

  let start = 0,
    startIndex = 0
  const anchor = () => {
    start = performance.now()
    startIndex = playable().indexOf(state.index)
  }
  const restart = () => {
    startIndex = -1
  }
  const playable = () => state.frames.flatMap((frame, i) => (frame && inRange(i) ? [i] : []))

  // The first play of a newcomer's page: each date fades into the next.
  let year = /** @type {number[] | null} */ (null)
  const playYear = (order) => {
    const begun = performance.now()
    const frame = (now) => {
      if (year !== order) return
      const { index, next, share, over } = momentOf(order, now - begun)
      if (over) {
        seek(index, true, false)
        setPlaying(false)
        hints.say(`${longDate(state.dates[index])}: the clear date at which NDVI differs most.`)
        mark("year-played", { index })
        return
      }
      if (index !== state.index) seek(index, false, false)
      stage.fade(state.frames[next], share)
      requestAnimationFrame(frame)
    }
    setPlaying(true, frame)
    year = order
    hints.say(`The year ${state.dates[order[0]].slice(0, 4)}, once. A click, a key or scrolling stops it.`, true)
    mark("year-begun")
  }
  let playableCount = -1
  const tick = (now) => {
    if (!state.playing) return
    const list = playable()
    if (list.length > 1) {
      if (startIndex < 0 || list.length !== playableCount) {
        // frames still come: go on from where we are
        playableCount = list.length
        start = now
        startIndex = Math.max(
          0,
          list.findIndex((i) => i >= state.index),
        )
      }
      const position = startIndex + Math.floor(((now - start) * state.speed) / 1000)
      if (position >= list.length && !state.loop) {
        seek(list[list.length - 1], true, false)
        setPlaying(false)
        return
      }
      const index = list[position % list.length]
      if (index !== state.index) seek(index, false, false)
    }
    requestAnimationFrame(tick)
  }

  const setPlaying = (playing, frame = tick) => {
    if (playing === state.playing) return
    state.playing = playing
    if (frame === tick) firstPlay.over()
    if (year) {
      year = null
      hints.say("")
    }
    play.replaceChildren(icon(playing ? "pause" : "play"))
    play.setAttribute("aria-label", playing ? "Pause" : "Play")
    play.title = playing ? "Pause (space)" : "Play (space)"
    if (playing) {
      if (!state.loop && state.index === lastThere()) seek(firstThere(), false, false)
      anchor()
      requestAnimationFrame(frame)
    } else tell(true)
    showEarly()
    playback.later()
  }
  const setLoop = (value) => {
    state.loop = value
    loop.setAttribute("aria-pressed", String(value))
    playback.later()
  }

  // --- keys --------------------------------------------------------------------------------------
  root.addEventListener("keydown", (event) => {
    if (isWriting(event)) return
    const held = handleByKey(event, state, compares())
    if (held) {
      Object.assign(state, held)
      restart()
      draw()
      tellRange()
      askChange()
      playback.later()
      view.later()
      event.preventDefault()
      return
    }
    const act = {
      ArrowLeft: () => step(-1),
      ArrowRight: () => step(1),
      Home: () => seek(firstThere(), true),
      End: () => seek(lastThere(), true),
    }[event.key]
    if (act) {
      act()
      event.preventDefault()
    } else if (event.key === " " && !event.target.closest("button, summary")) {
      setPlaying(!state.playing)
      event.preventDefault()
    } else if (
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      !state.sheet &&
      stage.drawing.shortcut(letterOf(event))
    ) {
      stage.el.focus()
      event.preventDefault()
    }
  })
  page.on("run", (value) => setPlaying(value), gone.signal)
  page.on("key", ({ key }) => root.dispatchEvent(new KeyboardEvent("keydown", { key })), gone.signal) // pressed elsewhere
  page.on(
    "seek",
    ({ time, index, settled = true }) => {
      if (!state.times.length) return
      setPlaying(false)
      if (index === undefined) {
        let best = Infinity
        state.times.forEach((t, i) => {
          if (Math.abs(t - time) < best && (there(i) || !state.settled)) {
            best = Math.abs(t - time)
            index = i
          }
        })
      }
      if (index !== undefined && (settled || index !== state.index)) seek(index, settled)
    },
    gone.signal,
  )

  // For who compares with the date nearest to a time: its picture is to be drawn at once, it is closed with the sample.
  page.on(
    "ask-picture",
    ({ time, take }) => {
      const expected = state.settled ? state.status : state.status.map((s) => (s === status.WAITING ? status.THERE : s))
      const { index, days } = nearestDate(state.dates, expected, time)
      take({ index, days, iso: state.dates[index], picture: state.frames[index] ?? null, settled: state.settled })
    },
    gone.signal,
  )

  // --- what the server sends -------------------------------------------------------------------
  const decode = async (bytes, index, paint, ticket) => {
    state.pending++
    try {
      const frame = await decodePicture(bytes, "image/jpeg", index === state.index)
      if (ticket !== state.ticket || paint < (state.versions[index] ?? -1)) {
        frame.close()
        return
      }
      state.frames[index]?.close()
      state.frames[index] = frame
      state.versions[index] = paint
      if (index === state.index || (compares() && index === state.other)) draw()
    } finally {
      state.pending--
      if (state.pending === 0) {
        page.emit("pictures")
        drawTimeline()
        if (state.sheet) drawSheet()
        checkReady()
      }
    }
  }
  const checkReady = () => {
    if (
      state.settled &&
      state.pending === 0 &&
      !state.readyMarked &&
      state.status.every((s, i) => s !== status.THERE || state.frames[i])
    ) {
      state.readyMarked = true
      mark("animation-ready", { sample: state.sample, frames: playable().length })
      showEarly()
      firstPlay.ready()
    }
  }
  listen(model, {
    open(data) {
      for (const frame of state.frames) frame?.close()
      Object.assign(state, {
        ticket: data.ticket,
        sample: data.sample,
        dates: data.dates,
        times: data.dates.map((iso) => Date.parse(`${iso}T10:30:00Z`)),
        frames: new Array(data.dates.length).fill(null),
        versions: [],
        status: new Array(data.dates.length).fill(0),
        reasons: {},
        gaps: null,
        gapsKnown: false,
        means: null,
        lost: -1,
        lostText: "",
        change: null,
        legend: null,
        index: data.index,
        shown: -1,
        credit: data.credit,
        error: null,
        settled: false,
        firstMarked: false,
        readyMarked: false,
      })
      state.place = data.bounds && { bounds: data.bounds, corners: data.corners, zone: data.sample.slice(0, 3) }
      if (state.early?.sample === data.sample && state.early.index === data.index)
        state.frames[data.index] = state.early.picture
      state.early = null
      if (data.dates.length && (state.range[1] === 0 || state.range[1] >= data.dates.length))
        state.range = [0, Math.max(0, data.dates.length - 1)]
      clearOverlays()
      looks.layers([])
      looks.want("")
      stage.reset()
      drawSheet()
      tellProgress("reading …", 0)
      setPlaying(false)
      draw()
      page.emit("date", { index: state.index, iso: state.dates[state.index], time: state.times[state.index] })
      mark("sample-selected", { sample: data.sample })
    },
    frames(data) {
      if (data.ticket !== state.ticket) return
      let offset = 0
      data.indices.forEach((index, k) => {
        state.status[index] = status.THERE
        decode(new Uint8Array(data.bytes, offset, data.sizes[k]), index, data.paint, data.ticket)
        offset += data.sizes[k]
      })
    },
    status(data) {
      if (data.ticket !== state.ticket) return
      state.status = Array.from(new Uint8Array(data.status))
      Object.assign(state.reasons, data.reasons)
      state.settled = data.settled
      const count = state.status.filter((s) => s === status.THERE).length
      const lacking = state.status.filter((s) => s === status.ABSENT || s === status.BROKEN).length
      if (!data.settled) tellProgress(`${data.done} / ${data.total}`, data.done / Math.max(data.total, 1))
      else
        tellProgress(
          lacking ? `${count} of ${data.total} dates` : "",
          null,
          lacking ? `${lacking} dates are missing or broken` : "",
        )
      draw()
      if (data.settled) page.emit("pictures")
      checkReady()
    },
    under(data) {
      readout.came(data)
    },
    menu(data) {
      looks.menu(data.groups)
    },
    ground({ shown, marks }) {
      ground = shown ? marks : []
      looks.setGround(shown, marks.length > 0)
      stage.setGround(ground)
      page.emit("ground", ground)
    },
    land_covers(data) {
      looks.covers(data.names)
    },
    land_cover(data) {
      looks.setCover(data.name, data.opacity)
      setCover(readLandCover(data))
      coverLegend.show(state.cover, stage.size.side >= 300)
      mark("land-cover", { name: data.name, classes: data.classes.length })
    },
    look: choices.told,
    acknowledged: choices.acknowledged,
    legend(data) {
      if (data.ticket !== state.ticket) return
      state.legend = data.legend
      looks.showFormula(data.legend?.formula)
      state.change = null
      showLegend()
      askChange()
    },
    quality(data) {
      if (data.ticket !== state.ticket) return
      state.gaps = data.gaps
      state.gapsKnown = true
      state.means = data.means
      looks.layers(data.layers, data.problem)
      draw()
      askChange() // asked for earlier, as by a link, it was refused: the server reads layers and changes once all dates are there
      if (state.sheet) drawSheet()
    },
    lost(data) {
      if (data.ticket !== state.ticket) return
      Object.assign(state, { lost: data.index, lostText: data.text })
      drawTimeline()
    },
    view(data) {
      if (data.other >= 0) state.other = data.other
      if (look.value !== data.mode) {
        look.value = data.mode
        setLook(data.mode)
      } else {
        draw()
        askChange()
      }
      stage.lookAt(data)
      looks.want(data.layer)
      view.known()
    },
    playback(data) {
      Object.assign(state, { range: [data.first, data.last], speed: data.speed })
      speed.value = String(data.speed)
      setLoop(data.loop)
      restart()
      // Where the system asks for reduced motion, nothing plays by itself.
      setPlaying(data.running && !still.matches)
      drawTimeline()
      tellRange()
      playback.known()
    },
    async overlays(data) {
      if (data.ticket !== state.ticket || data.layer !== looks.layer) return
      let offset = 0
      const parts = data.sizes.map((size) => data.bytes.slice(offset, (offset += size)))
      const pictures = await Promise.all(
        parts.map((part) => createImageBitmap(new Blob([part], { type: "image/png" }))),
      )
      if (data.ticket !== state.ticket || data.layer !== looks.layer) return
      clearOverlays()
      data.indices.forEach((index, k) => {
        state.overlays[index] = pictures[k]
      })
      state.marks = data.legend
      showLegend()
      draw()
      if (state.sheet) drawSheet()
    },
    async difference(data) {
      if (data.ticket !== state.ticket || !differs()) return
      if (data.problem) {
        stage.message.replaceChildren(data.problem)
        stage.message.hidden = false
        return
      }
      const picture = await createImageBitmap(new Blob([data.image], { type: "image/png" }))
      if (data.first !== state.other || data.second !== state.index) return
      state.change = { first: data.first, second: data.second, picture, legend: data.legend }
      showLegend()
      draw()
    },
    pins(data) {
      state.pins = data.pins
      clear.hidden = data.pins.length < 2
      stage.setPins(data.pins)
    },
    regions(data) {
      stage.drawing.set(data.regions, data.problem)
      if (state.sheet) drawSheet()
    },
    seek(data) {
      if (data.ticket === state.ticket) {
        setPlaying(false)
        seek(data.index, true, false)
      }
    },
    telling(data) {
      if (data.ticket !== state.ticket || !firstPlay.wanted || state.playing || data.index === null) return
      const order = yearUntil(state.dates, (i) => Boolean(state.frames[i]), data.index)
      if (order.length > 1) playYear(state.frames[state.index] ? [state.index, ...order] : order)
    },
    error(data) {
      if (data.ticket === state.ticket) {
        state.error = data.text
        page.emit("reading-failed", "pf")
        tellProgress("")
        draw()
      }
    },
  })

  const fit = () => {
    timeline.measure()
    stage.resize(well.clientWidth, well.clientHeight)
    drawTimeline()
  }
  const resized = new ResizeObserver(fit)
  resized.observe(well)
  model.on("remove", () => {
    view.stop()
    playback.stop()
    gone.abort()
    resized.disconnect()
    setPlaying(false)
  })
  takeOver((early) => {
    if (!state.dates.length) {
      state.early = early
      stage.paint(0, early.picture)
      stage.dates[0].textContent = longDate(early.iso)
    }
  })
  view.known()
  playback.known()
  model.send_msg({ type: "ready" })
  mark("ready")
}
