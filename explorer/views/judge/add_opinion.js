// The form by which a visitor adds an opinion, and the question before one is removed. The file goes to the server as it is, not over the page's connection.

import { element } from "../../browser/shared.js"

const ENDINGS = ".parquet,.geoparquet,.pq,.csv,.csv.gz,.gz,.tsv"
const LICENCES = ["CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC 4.0", "CC0 1.0", "ODbL 1.0", "Not published: for own use"]
// What an error advises is said as on the command line and in Python; here it is a control of the form.
const ADVICE = {
  "say --kind probability (kind='probability')": "choose Probabilities under Values",
  "say --whole 100 (whole=100)": "choose 100 under A whole cell is",
  "use --only-known (only_known=True)": "tick Leave out samples that are not in this corpus",
}
const MEGABYTE = 1_000_000

/**
 * @param {{ added: (name: string) => void, removed: (name: string) => void }} told What has been done.
 */
export const makeAddOpinion = ({ added, removed }) => {
  /** @type {XMLHttpRequest | null} */
  let request = null
  let most = 0
  /** @type {string[]} */
  let names = []
  let toRemove = ""

  const row = (label, control, hint = "") => {
    const said = hint ? element("span", { class: "hint", id: `hint-${control.id}` }, hint) : null
    if (said) control.setAttribute("aria-describedby", said.id)
    return element(
      "div",
      { class: "row" },
      element("label", { for: control.id }, label),
      element("div", {}, control, said),
    )
  }
  const line = (id, attributes = {}) => element("input", { id, type: "text", autocomplete: "off", ...attributes })
  const select = (id, options) =>
    element("select", { id }, ...options.map(([value, text]) => element("option", { value }, text)))

  const file = element("input", { id: "file", type: "file", accept: ENDINGS, required: true })
  const name = line("name", { required: true, maxlength: 60, pattern: "[A-Za-z0-9][A-Za-z0-9 _.\\-]*" })
  const legend = select("legend", [])
  const kind = select("kind", [
    ["", "Fractions, or one class a sample"],
    ["probability", "Probabilities: need not add up to 1"],
  ])
  const whole = select("whole", [
    ["1", "1"],
    ["100", "100 (percent)"],
  ])
  const known = element("input", { id: "known", type: "checkbox" })
  const by = line("source", { required: true, maxlength: 1000 })
  const licence = line("licence", { required: true, maxlength: 1000, list: "licences" })
  const note = line("note", { maxlength: 1000 })
  const trouble = element("p", { class: "wrong", role: "alert" })
  const status = element("p", { class: "status", role: "status" })
  const bar = element("progress", { max: 1, value: 0, "aria-label": "Sent", hidden: true })
  const add = element("button", { type: "submit", class: "first" }, "Add")
  const cancel = element("button", { type: "button", onclick: () => close() }, "Cancel")
  const form = element(
    "form",
    { novalidate: true },
    row(
      "File",
      file,
      "A row a sample: sample_id and a column a class; or sample_id, class and fraction; or sample_id and class.",
    ),
    row("Name", name, "Letters (a to z), digits, blank, _ . and -"),
    row("Classes", legend),
    row("Values", kind),
    row("A whole cell is", whole),
    element(
      "div",
      { class: "row" },
      element("span", {}),
      element("label", { class: "check" }, known, "Leave out samples that are not in this corpus"),
    ),
    row("Source", by, "Whom to name: a model and its version, a paper"),
    row("Licence", licence),
    element("datalist", { id: "licences" }, ...LICENCES.map((one) => element("option", { value: one }))),
    row("Note", note, "What else is to be known of it; may stay empty"),
    trouble,
    element("div", { class: "sending" }, bar, status),
    element("div", { class: "buttons" }, cancel, add),
  )
  const dialog = element(
    "dialog",
    { class: "form", "aria-label": "Add an opinion" },
    element("h2", {}, "Add an opinion"),
    form,
  )

  const question = element("p", {})
  const problem = element("p", { class: "wrong", role: "alert" })
  const yes = element("button", { type: "button", class: "first", onclick: () => remove() }, "Remove")
  const confirm = element(
    "dialog",
    { class: "form small", role: "alertdialog", "aria-label": "Remove an opinion" },
    element("h2", {}, "Remove an opinion"),
    question,
    problem,
    element(
      "div",
      { class: "buttons" },
      element("button", { type: "button", onclick: () => confirm.close() }, "Keep it"),
      yes,
    ),
  )
  // Keys in here are not the animation's, and Escape closes this and not what lies below.
  for (const one of [dialog, confirm]) one.addEventListener("keydown", (event) => event.stopPropagation())

  const say = (text, of = null) => {
    trouble.textContent = text
    for (const one of [file, name, by, licence]) one.removeAttribute("aria-invalid")
    if (!of) return
    of.setAttribute("aria-invalid", "true")
    of.focus()
  }
  const busy = (is) => {
    for (const one of form.querySelectorAll("input, select")) one.disabled = is
    add.disabled = is
    bar.hidden = !is
    bar.value = 0
    if (!is) status.textContent = ""
  }
  const address = (of, asked = "") => new URL(`api/opinions/${encodeURIComponent(of)}${asked}`, document.baseURI).href
  const read = (answer) => {
    try {
      return JSON.parse(answer)
    } catch {
      return {} // of a proxy before the server
    }
  }
  const sentence = (text) => {
    let said = text
    for (const [of, here] of Object.entries(ADVICE)) said = said.replace(of, here)
    const first = /^[a-z]+ /.test(said) ? said[0].toUpperCase() : said[0] // not that of a file's name
    return `${first}${said.slice(1)}${said.endsWith(".") ? "" : "."}`
  }

  file.addEventListener("change", () => {
    say("")
    const stem = (file.files[0]?.name ?? "").replace(/\.(csv\.gz|[a-z]+)$/i, "")
    const made = stem
      .replace(/[^A-Za-z0-9 _.-]+/g, "-")
      .replace(/^[^A-Za-z0-9]+/, "")
      .slice(0, 60)
    if (made && !name.value) name.value = made
  })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const chosen = file.files[0]
    if (!chosen) return say("Choose a file.", file)
    if (chosen.size > most)
      return say(
        `The file has ${Math.ceil(chosen.size / MEGABYTE)} MB; at most ${most / MEGABYTE} are taken here.`,
        file,
      )
    if (!/\.(parquet|geoparquet|pq|csv|csv\.gz|tsv)$/i.test(chosen.name))
      return say("The file’s name ends in none of .parquet, .geoparquet, .csv and .csv.gz.", file)
    name.value = name.value.trim()
    if (!name.value || !name.checkValidity() || name.value.endsWith("."))
      return say("Give a name of letters (a to z), digits, blank, _ . and -.", name)
    if (names.includes(name.value)) return say(`An opinion is called ${name.value} already: give another name.`, name)
    if (!by.value.trim()) return say("Say whom to name for it.", by)
    if (!licence.value.trim()) return say("Say on which terms it may be used.", licence)
    say("")
    send(chosen)
  })

  const send = (chosen) => {
    const asked = new URLSearchParams({
      file: chosen.name.slice(-200),
      legend: legend.value,
      kind: kind.value,
      whole: whole.value,
      only_known: String(known.checked),
      source: by.value,
      licence: licence.value,
      note: note.value,
      as_problem: "true",
    })
    const sent = new XMLHttpRequest() // fetch tells nobody how far it is
    request = sent
    sent.open("PUT", address(name.value, `?${asked}`))
    sent.upload.addEventListener("progress", ({ loaded, total }) => {
      if (loaded < total) {
        bar.value = loaded / total
        status.textContent = `Sent ${Math.floor((100 * loaded) / total)} %`
      }
    })
    sent.upload.addEventListener("load", () => {
      bar.removeAttribute("value")
      status.textContent = "Checking its rows …"
    })
    const failed = (text) => {
      if (request !== sent) return
      request = null
      busy(false)
      say(sentence(text || "it could not be added; try again"))
      add.focus()
    }
    sent.addEventListener("load", () => {
      const { description, problem } = read(sent.responseText)
      const proxy = sent.status === 413 ? "a proxy before the server takes no file so large" : ""
      if (sent.status !== 201) return failed(problem ?? description ?? proxy)
      if (request !== sent) return
      request = null
      const made = name.value
      close()
      added(made)
    })
    sent.addEventListener("error", () => failed("the connection ended before the file was taken; try again"))
    busy(true)
    status.textContent = "Sending …"
    sent.send(chosen)
  }
  const close = () => {
    const sent = request
    request = null
    sent?.abort()
    busy(false)
    if (dialog.open) dialog.close()
  }
  dialog.addEventListener("close", () => close()) // by Escape, too

  const remove = async () => {
    yes.disabled = true
    problem.textContent = ""
    try {
      const answer = await fetch(address(toRemove), { method: "DELETE" })
      if (!answer.ok && answer.status !== 404)
        throw new Error(read(await answer.text()).description || "it could not be removed")
      confirm.close()
      removed(toRemove)
    } catch (error) {
      problem.textContent = sentence(String(/** @type {Error} */ (error).message))
    }
    yes.disabled = false
  }

  return {
    dialogs: [dialog, confirm],
    /** @param {{ legends: { value: string, text: string }[], names: string[], most_bytes: number }} data */
    open(data) {
      if (dialog.open) return
      most = data.most_bytes
      names = data.names
      legend.replaceChildren(...data.legends.map(({ value, text }) => element("option", { value }, text)))
      form.reset()
      say("")
      busy(false)
      dialog.showModal()
    },
    /** @param {string} of */
    askToRemove(of) {
      toRemove = of
      question.textContent = `“${of}” is deleted from the server, for everybody. Links that name it will lack it.`
      problem.textContent = ""
      confirm.showModal()
    },
    close() {
      close()
      if (confirm.open) confirm.close()
    },
  }
}
