// Runs before all else: draws the picture that the link asks for, then fetches Bokeh and joins the session.
;(() => {
  const first = JSON.parse(document.getElementById("first").textContent)
  const shell = document.getElementById("shell")
  const leave = () => shell.remove()
  const presented = (then) => requestAnimationFrame(() => requestAnimationFrame(then))
  shell.querySelector("i").textContent = first.sample ?? ""

  const picture = fetch(first.picture)
    .then((answer) => (answer.ok ? answer.blob() : null))
    .then((blob) => blob && createImageBitmap(blob))
    .catch(() => null)
    .then((bitmap) => {
      if (!bitmap) return null
      shell.querySelector("canvas").getContext("2d").drawImage(bitmap, 0, 0)
      presented(() =>
        performance.mark("explorer:first-frame", { detail: { sample: first.sample, index: first.index, shell: true } }),
      )
      return bitmap
    })
  // The animation takes the picture over (animation.js); only then does the shell go, so that nothing flickers.
  window.explorerFirst = {
    sample: first.sample,
    index: first.index,
    iso: first.iso,
    picture,
    leave: () => presented(leave),
  }

  // Paper has the window's own layout (`page.css`), smaller: a wide window on one sheet, a narrow one on several.
  const PAPER = { width: 1000, height: 690 } // CSS px of A4 and of US Letter, whichever is less, within margins of 8 mm
  /** @type {[number, string][]} */
  const GRIDS = [
    [
      1250,
      '"head head head" 46px "map planet sentinel" minmax(0, 1.92fr) "map profile profile" minmax(0, 1fr) / minmax(0, 1.06fr) minmax(0, 1fr) minmax(0, 1fr)',
    ],
    [
      900,
      '"head head" 46px "map planet" 620px "profile profile" 300px "sentinel sentinel" auto / minmax(0, 1fr) minmax(0, 1fr)',
    ],
    [0, '"head" auto "map" 620px "planet" 520px "profile" 320px "sentinel" auto / minmax(0, 1fr)'],
  ]
  const paper = () => {
    const { innerWidth: width, innerHeight: height } = window,
      [least, grid] = GRIDS.find(([least]) => width > least) ?? GRIDS.at(-1)
    const across = PAPER.width / width,
      wide = least === GRIDS[0][0]
    const said = {
      grid,
      legend: wide ? "120px" : "72px",
      width: `${width}px`,
      height: wide ? `${height}px` : "auto",
      zoom: Math.min(across, wide ? PAPER.height / height : 1).toFixed(4), // never larger than on the screen: a panel has to fit a sheet
      // Sentinel-2's small pictures with the spectrum below them fit a sheet, too; a wide window has them so already.
      ...(wide ? {} : { tiles: `repeat(${width > 600 ? 12 : 6}, minmax(0, 1fr))` }),
    }
    document.documentElement.style.removeProperty("--print-tiles")
    for (const [name, value] of Object.entries(said))
      document.documentElement.style.setProperty(`--print-${name}`, value)
  }
  paper()
  for (const moment of ["resize", "beforeprint"]) window.addEventListener(moment, paper)

  // Panel loads its components through es-module-shims, for import maps, which ours have not: the browser's own will do.
  window.importShim = Object.assign((url) => import(url), { addImportMap() {} })
  const join = async () => {
    Bokeh.set_log_level("info")
    try {
      await Bokeh.embed.embed_items({}, [
        { token: first.token, elementid: "page", roots: {}, root_ids: [], use_for_title: false },
      ])
      // Where the connection is refused Bokeh tells the console, and goes on without a document.
      if (!Bokeh.documents.length) window.explorerLost(true)
      for (const one of Bokeh.documents) one.on_event("connection_lost", () => window.explorerLost())
    } catch (error) {
      console.error(error)
      window.explorerLost(true)
    }
    setTimeout(leave, 3000) // whatever came instead of an animation has to be seen
  }
  const load = () => {
    const script = document.createElement("script")
    script.src = first.scripts
    window.explorerComponents = import(new URL(first.components, document.baseURI).href)
    window.explorerComponents.catch(() => window.explorerLost())
    script.onload = join
    script.onerror = () => window.explorerLost()
    document.head.append(script)
  }
  // The scripts take the browser some tenths of a second: the picture goes first, unless it takes longer than a glance.
  const waited = new Promise((resolve) => setTimeout(resolve, 250))
  Promise.race([picture, waited]).then(() => presented(() => setTimeout(load)))
})()
