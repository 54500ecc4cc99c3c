// What a reviewer has written and not saved, kept in this browser: it outlives Skip, Back, a reload and a lost connection.

export const makeKept = () => {
  const DRAFTS = "rapidai4eo-drafts",
    SENT = "rapidai4eo-sent",
    GIVEN = "rapidai4eo-given"
  const MOST = { [DRAFTS]: 200, [SENT]: 20, [GIVEN]: 100 },
    LONGEST = 30000 // entries; characters of one
  // A page of its own origin alone, as a saved notebook, may not even name its stores.
  const STORES = { tab: () => sessionStorage, browser: () => localStorage }
  const read = (place, store = "browser") => {
    try {
      const found = JSON.parse(STORES[store]().getItem(place))
      return Array.isArray(found) ? found : []
    } catch {
      return []
    } // private windows, or somebody else's content
  }
  const write = (place, list, store = "browser") => {
    try {
      STORES[store]().setItem(place, JSON.stringify(list.slice(-MOST[place])))
    } catch {
      /* full, or private: then it lives as long as the page */
    }
  }
  const put = (place, key, value) => {
    const others = read(place).filter((one) => one?.key !== key)
    if (value !== null) {
      const one = { key, value }
      if (JSON.stringify(one).length <= LONGEST) others.push(one)
    }
    write(place, others)
  }
  // A tab that is opened as a copy of another one has that one's session storage, but not its verdicts.
  const reloaded =
    /** @type {PerformanceNavigationTiming} */ (performance.getEntriesByType("navigation")[0])?.type === "reload"
  if (!reloaded) write(GIVEN, [], "tab")
  return {
    // Unfinished verdicts, by queue and reviewer (`scope`) and sample.
    draft: (scope, sample) => read(DRAFTS).find((one) => one?.key === `${scope} ${sample}`)?.value ?? null,
    keepDraft: (scope, sample, value) => put(DRAFTS, `${scope} ${sample}`, value),
    // Verdicts that are under way: gone once the server says that they are kept, or why not.
    sent: (id, value) => put(SENT, id, value),
    arrived: (id) => put(SENT, id, null),
    waiting: (scope) =>
      read(SENT)
        .map(({ value } = {}) => value)
        .filter((value) => value?.scope === scope),
    // Ids of the verdicts that this tab has given: only these it takes back, after a reload too.
    given: () => read(GIVEN, "tab").filter((id) => typeof id === "string"),
    gave: (id) => write(GIVEN, [...read(GIVEN, "tab").filter((one) => one !== id), id], "tab"),
  }
}

// Whether this browser is in a blind review is known to the server before a page of it is made: by a cookie.
export const sayBlind = (blind) => {
  try {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not there over plain http
    document.cookie = `explorer_blind=${blind ? 1 : 0}; path=/; SameSite=Strict; max-age=${blind ? 14400 : 0}`
  } catch {
    /* a notebook's frame may not */
  }
}
