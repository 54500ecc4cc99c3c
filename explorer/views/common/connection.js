// The server went away under an open page: says so, asks until it answers, then opens the same view again. The address is the view.
;(() => {
  const LONGEST = 10000
  const REFUSED = 20000 // ms until a page that could not be joined at all is opened again: each costs the server another one
  let bar = null,
    wait = 500,
    timer = 0,
    leaving = false,
    never = false
  window.addEventListener("pagehide", () => {
    leaving = true
  })

  const make = (tag, parent, text) => {
    const node = document.createElement(tag)
    node.textContent = text
    parent.append(node)
    return node
  }
  const show = (title = "The connection to the server is lost") => {
    bar = document.createElement("div")
    bar.id = "lost"
    bar.setAttribute("role", "alert")
    make("i", bar, "").setAttribute("aria-hidden", "true")
    const words = make("div", bar, "")
    make("b", words, title)
    bar.state = make("span", words, "")
    bar.button = make("button", bar, "Try now")
    bar.button.type = "button"
    document.body.append(bar)
  }
  const say = (text, button) => {
    bar.state.textContent = text
    bar.button.textContent = button
  }

  // What somebody has typed is in no address: then the page is opened again when they say so.
  const touched = new Set()
  window.addEventListener(
    "input",
    (event) => {
      const node = /** @type {Element} */ (event.composedPath()[0])
      for (const old of touched) if (!old.isConnected) touched.delete(old)
      // What says that it is kept comes back with the page.
      if (event.isTrusted && node.matches?.(":is(textarea, input[type=text], input:not([type])):not([data-kept])"))
        touched.add(node)
    },
    true,
  )
  const typed = () => [...touched].some((node) => node.isConnected && node.checkVisibility() && node.value.trim())

  const answers = () =>
    fetch("health", { cache: "no-store" })
      .then((answer) => (answer.headers.get("content-type") ?? "").startsWith("application/json"))
      .catch(() => false)

  // Whether this page's own address is one that the server does not know, in its words: to open the page again would not help.
  // Browsers say where a page is from only with what is not a GET.
  const refusal = () =>
    fetch("ws", { method: "POST", cache: "no-store" })
      .then((answer) => (answer.status === 403 ? answer.text() : ""))
      .catch(() => "")

  const look = async (asked) => {
    clearTimeout(timer)
    if (await answers()) {
      const why = await refusal()
      if (why) {
        say(why.slice(0, 400), "Try now")
        bar.button.onclick = () => look(true)
        return
      }
      if (!asked && typed()) {
        say(
          "The server is there again. What you have typed and not sent will be gone: copy it first.",
          "Open the view again",
        )
        bar.button.onclick = () => window.location.reload()
        return
      }
      if (never && !asked) {
        say(
          "The server answers, but this page could not be joined to it: it has no room now, or something between holds websockets back.",
          "Try now",
        )
        bar.button.onclick = () => look(true)
        timer = setTimeout(() => look(true), REFUSED)
        return
      }
      // All pages that one server had would come at once.
      timer = setTimeout(() => window.location.reload(), asked ? 0 : Math.random() * 1000)
      return
    }
    never = false // it was not there: once it is, the page can be joined
    say(
      `What was confirmed as saved is saved. This view comes back by itself; the next try is in ${Math.max(1, Math.round(wait / 1000))} s.`,
      "Try now",
    )
    bar.button.onclick = () => look(true)
    timer = setTimeout(() => look(false), wait)
    wait = Math.min(wait * 1.7, LONGEST)
  }
  // Also called where the first connection fails (shell.js).
  window.explorerLost = (first = false) => {
    never = first
    if (leaving || (bar && !bar.silent)) return
    if (bar) bar.remove()
    show()
    say("Asking whether it is there …", "Try now")
    bar.button.onclick = () => look(true)
    performance.mark("explorer:connection-lost")
    timer = setTimeout(() => look(false), wait)
  }

  // A connection can stay open and carry nothing. While somebody looks, the page asks (`beat`) and expects to be answered (`heard`):
  // within 10 s it is known, `silent` is told, and `back` when an answer comes after all.
  const BEAT = 3500,
    SILENCE = 6000,
    DEAD = 20000,
    SLOW = 1500, // ms that the server's shortest answer takes where the network is what is slow
    AGAIN = 600000 // ms in which a page is not opened again by itself a second time: what did not help would not
  const REOPENED = "explorer:reopened"
  const reopened = () => {
    try {
      return Date.now() - Number(window.sessionStorage.getItem(REOPENED)) < AGAIN
    } catch {
      return true // nothing can be kept: better never than for ever
    }
  }
  const reopen = () => {
    try {
      window.sessionStorage.setItem(REOPENED, String(Date.now()))
    } catch {
      return
    }
    window.location.reload()
  }
  window.explorerPulse = ({ beat, silent, back }) => {
    let asked = 0,
      since = 0,
      late = 0
    const quiet = async () => {
      if (leaving || bar || document.visibilityState !== "visible") return
      show("No answer from the server")
      bar.silent = true
      bar.setAttribute("data-silent", "")
      say("What you do now may not arrive. This page goes on when the server answers.", "Open the view again")
      bar.button.onclick = () => window.location.reload()
      since = performance.now()
      performance.mark("explorer:no-answer")
      silent()
    }
    const check = async () => {
      if (!bar?.silent || performance.now() - since < DEAD) return
      since = performance.now()
      if (!(await answers()) || !bar?.silent) return
      if (performance.now() - since > SLOW || reopened()) {
        say(
          "The server answers; what this page waits for is still on its way. The network may be slow.",
          "Open the view again",
        )
        return
      }
      say("The server answers, but this page's own connection is dead.", "Open the view again")
      if (!typed()) reopen() // what is under way is kept in the browser
    }
    const tick = () => {
      check()
      if (document.visibilityState !== "visible") return
      beat()
      if (asked) return
      asked = performance.now()
      late = setTimeout(quiet, SILENCE)
    }
    const settle = () => {
      clearTimeout(late)
      asked = 0
    }
    const seen = () => {
      settle()
      if (document.visibilityState === "visible") tick()
    }
    document.addEventListener("visibilitychange", seen)
    const beats = setInterval(tick, BEAT)
    const heard = () => {
      settle()
      if (!bar?.silent) return
      bar.remove()
      bar = null
      performance.mark("explorer:answer")
      back()
    }
    // Whatever arrives says that the connection lives: on a slow network the answer waits behind pictures.
    window.addEventListener("explorer:told", heard)
    return {
      heard,
      end() {
        window.removeEventListener("explorer:told", heard)
        settle()
        clearInterval(beats)
        document.removeEventListener("visibilitychange", seen)
      },
    }
  }
})()
