// The server went away under an open page: says so, asks until it answers, then opens the same view again. The address is the view.
(() => {
  const LONGEST = 10000
  let bar = null, wait = 500, timer = 0, leaving = false
  window.addEventListener("pagehide", () => { leaving = true })

  const make = (tag, parent, text) => {
    const node = document.createElement(tag)
    node.textContent = text
    parent.append(node)
    return node
  }
  const show = () => {
    bar = document.createElement("div")
    bar.id = "lost"
    bar.setAttribute("role", "alert")
    make("i", bar, "").setAttribute("aria-hidden", "true")
    const words = make("div", bar, "")
    make("b", words, "The connection to the server is lost")
    bar.state = make("span", words, "")
    bar.button = make("button", bar, "Try now")
    bar.button.type = "button"
    document.body.append(bar)
  }
  const say = (text, button) => { bar.state.textContent = text; bar.button.textContent = button }

  // What somebody has typed is in no address: then the page is opened again when they say so.
  const touched = new Set()
  window.addEventListener("input", (event) => {
    const node = event.composedPath()[0]
    for (const old of touched) if (!old.isConnected) touched.delete(old)
    if (event.isTrusted && node.matches?.("textarea, input[type=text], input:not([type])")) touched.add(node)
  }, true)
  const typed = () => [...touched].some((node) => node.isConnected && node.checkVisibility() && node.value.trim())

  const answers = () => fetch("health", { cache: "no-store" })
    .then((answer) => (answer.headers.get("content-type") ?? "").startsWith("application/json"))
    .catch(() => false)

  const look = async (asked) => {
    clearTimeout(timer)
    if (await answers()) {
      if (!asked && typed()) {
        say("The server is there again. What you have typed and not sent will be gone: copy it first.", "Open the view again")
        bar.button.onclick = () => window.location.reload()
        return
      }
      // All pages that one server had would come at once.
      timer = setTimeout(() => window.location.reload(), asked ? 0 : Math.random() * 1000)
      return
    }
    say(`What was confirmed as saved is saved. This view comes back by itself; the next try is in ${Math.max(1, Math.round(wait / 1000))} s.`, "Try now")
    bar.button.onclick = () => look(true)
    timer = setTimeout(() => look(false), wait)
    wait = Math.min(wait * 1.7, LONGEST)
  }
  // Also called where the first connection fails (shell.js).
  window.explorerLost = () => {
    if (bar || leaving) return
    show()
    say("Asking whether it is there …", "Try now")
    bar.button.onclick = () => look(true)
    performance.mark("explorer:connection-lost")
    timer = setTimeout(() => look(false), wait)
  }
})()
