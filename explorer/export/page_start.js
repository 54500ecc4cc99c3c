// What can be taken away, and the page's beginning: its parts put together, its keys, its first sample.

// --- files -------------------------------------------------------------------------------------------------
const safe = (text) => (/^[=+\-@\t]/.test(text) ? `'${text}` : text)
const cell = (value) => (/[",\n\r]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value))
const makeCsv = () => {
  const s = state.sample
  const rows = [
    `# sample_id: ${s.id}`,
    `# crs: ${s.grid}`,
    "# units: value reflectance 0 to 1 (NDVI: 1), date UTC",
    `# PF-SR values are within ${s.error.max.toFixed(4)} of the corpus's (root mean square ${s.error.rms.toFixed(5)}); S2-SR values are exact`,
    ...MODEL.credit.map((line) => `# attribution: ${line}`),
    `# references: ${MODEL.citation}`,
    `# software: ${MODEL.software}`,
    "pin,date,sensor,product,band,value,row,col,flag",
  ]
  const add = (one, i, sensor, product, names, values, row, col, flag) => {
    for (const [band, list] of Object.entries(values))
      [...list].forEach((v, k) => {
        const value = Number.isNaN(v) ? "" : band === "NDVI" ? v.toFixed(4) : (v * 1e-4).toFixed(4)
        rows.push(
          [safe(one.pin.name || `pin ${i + 1}`), names[k], sensor, product, band, value, row, col, flag(k, v)]
            .map(cell)
            .join(","),
        )
      })
  }
  series.forEach((one, i) => {
    const { row, col } = one.pin
    if (one.pf)
      add(one, i, "Planet Fusion", "PF-SR", PF, { ...one.pf, NDVI: one.ndvi }, row, col, (k) =>
        !cubes.planet.has(k)
          ? `missing: ${s.missing[PF[k]] ?? "not in the corpus"}`
          : cubes.planet.gapFilled(k, row, col)
            ? "gap-filled"
            : Number.isNaN(one.pf[MODEL.planet.bands[0].name][k])
              ? "nodata"
              : "measured",
      )
    if (one.s2)
      add(one, i, "Sentinel-2", "S2-SR", S2, { ...one.s2, NDVI: one.s2ndvi }, one.row, one.col, (k, v) =>
        !cubes.sentinel.has(k) ? "missing" : Number.isNaN(v) ? "nodata" : "measured",
      )
  })
  return `${rows.join("\n")}\n`
}
// The image as it is on the screen, three times as large, with what it is and whose it is below.
const savePicture = () => {
  const s = state.sample,
    canvas = element("canvas", { width: 600, height: 600 + 22 + 16 * MODEL.credit.length })
  const context = canvas.getContext("2d")
  context.fillStyle = "#10191f"
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.imageSmoothingEnabled = false
  context.drawImage(image, 0, 0, 600, 600)
  context.fillStyle = "#ffffff"
  context.font = "600 13px system-ui, sans-serif"
  context.fillText(`${long(PF[state.index])} · ${s.id} · ${MODEL.pictures[state.picture].title} · 600 m across`, 8, 616)
  context.font = "11px system-ui, sans-serif"
  MODEL.credit.forEach((line, i) => context.fillText(line, 8, 632 + 16 * i, 584))
  canvas.toBlob((blob) => save(`${s.id}_${PF[state.index]}.png`, "image/png", blob))
}
const download = (what) => {
  if (!cubes) return
  const s = state.sample.id,
    credit = MODEL.credit.join(" · ")
  if (what === "csv") save(`${s}_profiles.csv`, "text/csv", makeCsv())
  const charts = {
    reflectance: [reflectance, "Reflectance over time"],
    ndvi: [ndvi, "NDVI over time"],
    spectrum: [spectrum, `Spectrum, ${MONTHS[month]} 2018 (rings: Planet Fusion, ${long(PF[state.index])})`],
  }
  if (charts[what])
    save(
      `${s}_${what}.svg`,
      "image/svg+xml",
      charts[what][0].file(`${charts[what][1]} · ${s}`, `${credit} · ${MODEL.software}`),
    )
  if (what === "png") savePicture()
}

// --- the page ----------------------------------------------------------------------------------------------
const drawAll = () => {
  for (const node of pictures.children)
    node.setAttribute("aria-pressed", String(node.dataset.picture === state.picture))
  drawFrame()
  measure()
  followMonth()
  drawProfile()
  drawPins()
}
const layOut = () => {
  const side = Math.floor(Math.min(well.clientWidth, well.clientHeight))
  Object.assign(stage.style, { width: `${side}px`, height: `${side}px` })
  scale.style.width = `${(side / 600) * 100}px`
  drawPins()
  drawTimeline()
}
const bandKeys = MODEL.planet.bands.map(() => element("span", {}))
const wear = (theme) => {
  document.documentElement.dataset.theme = theme
  MODEL.planet.bands.forEach((band, i) =>
    bandKeys[i].replaceChildren(swatch(MODEL.colours[theme][band.name]), band.title),
  )
  for (const chart of [reflectance, ndvi, spectrum]) chart.redraw()
  drawProfile() // its curves have other colours on the other ground
  drawTimeline()
}
const begin = async () => {
  document.title = MODEL.title
  by("title").append(MODEL.title, element("small", {}, MODEL.synthetic ? "synthetic demo" : "RapidAI4EO"))
  const small = (text) => element("small", { class: "right" }, text)
  pictures.append(
    ...Object.entries(MODEL.pictures).map(([key, { title }]) =>
      button(
        title,
        title,
        () => {
          state.picture = key
          frames = new Map()
          drawAll()
        },
        { "data-picture": key },
      ),
    ),
  )
  const jump = (way) => () => {
    setPlaying(false)
    const there = state.sample?.planet.there ?? []
    if (there.length) seek(way < 0 ? there[0] : there.at(-1))
  }
  const move = (way) => () => {
    setPlaying(false)
    step(way)
  }
  by("planet").append(
    element("h2", {}, "Planet Fusion", element("small", {}, "3 m, 5-daily"), small(MODEL.short.planet)),
    pictures,
    well,
    timeline,
    element(
      "div",
      { class: "row" },
      button("First date", icon("first"), jump(-1)),
      button("Previous date", icon("previous"), move(-1)),
      play,
      button("Next date", icon("next"), move(1)),
      button("Last date", icon("last"), jump(1)),
      loop,
      button("Download this image", "PNG", () => download("png"), { class: "right" }),
      speed,
    ),
  )
  by("sentinel").append(
    element("h2", {}, "Sentinel-2", element("small", {}, "10 m, monthly mosaics of 2018"), small(MODEL.short.sentinel)),
    monthTiles,
    bandCaption,
    bandTiles,
    spectrumHost,
    element(
      "div",
      { class: "row" },
      element("span", { class: "keys" }, "Spectrum: line Sentinel-2, rings Planet Fusion"),
      button("Download the spectrum as SVG", "SVG", () => download("spectrum"), { class: "right" }),
    ),
  )
  keys.append(...bandKeys, element("span", {}, "● Planet Fusion"), element("span", {}, "◆ Sentinel-2"))
  if (MODEL.samples.some((s) => s.planet.streams.gaps)) keys.append(element("span", {}, "○ gap-filled"))
  by("profile").append(
    element(
      "h2",
      {},
      "Temporal profile",
      element("small", {}, "click a pixel in either image; shift-click adds another"),
      small(""),
    ),
    element(
      "div",
      { class: "row" },
      keys,
      element(
        "span",
        { class: "right row" },
        pinList,
        button("Download all values as CSV", "CSV", () => download("csv")),
        button("Download the reflectance chart as SVG", "Reflectance SVG", () => download("reflectance")),
        button("Download the NDVI chart as SVG", "NDVI SVG", () => download("ndvi")),
      ),
    ),
    ...chartHosts,
  )
  reflectance = makeChart(chartHosts[0], { ...overTime, label: "Reflectance over time", yLabel: "Reflectance" })
  ndvi = makeChart(chartHosts[1], { ...overTime, label: "NDVI over time", yLabel: "NDVI" })
  spectrum = makeChart(spectrumHost, {
    label: "Spectrum: reflectance against wavelength",
    yLabel: "Reflectance",
    xLabel: "Wavelength (nm)",
    xTicks: (x0, x1, count) => ticks(x0, x1, count).map((v) => [v, String(v)]),
    tip,
  })
  by("credit").append(
    ...MODEL.credit.flatMap((line, i) => [i ? element("br") : "", line]),
    element("br"),
    ...(MODEL.terms ? [element("b", {}, MODEL.terms), element("br")] : []),
    `${MODEL.errors} Cite: ${MODEL.citation}. Made with ${MODEL.software}.`,
  )
  by("theme").addEventListener("click", () =>
    wear(document.documentElement.dataset.theme === "dark" ? "light" : "dark"),
  )
  new ResizeObserver(layOut).observe(well)
  addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return
    const act = {
      " ": () => setPlaying(!state.playing),
      ArrowLeft: move(-1),
      ArrowRight: move(1),
      Home: jump(-1),
      End: jump(1),
      PageUp: () => goTo(state.step - 1),
      PageDown: () => goTo(state.step + 1),
    }[event.key]
    if (!act || (event.key === " " && event.target.closest("button"))) return
    event.preventDefault()
    act()
  })
  wear(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")
  state.sample = MODEL.samples[0]
  if (MODEL.story) await goTo(0)
  else {
    state.index = MODEL.start
    await openSample(MODEL.samples[0].id)
  }
  // The other samples are unpacked when nothing else is to be done: changing to one of them is quick then.
  for (const sample of MODEL.samples) await cubesOf(sample)
  mark("all-unpacked")
}
begin().catch((error) => {
  document
    .querySelector("main")
    .prepend(element("section", { role: "alert" }, `This page cannot be shown in this browser: ${error.message}`))
  throw error
})
