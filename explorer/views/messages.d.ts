// Written by `make scripts` from the `messages.py` of each view: change those.

/** What a component's script is told: component -> kind -> fields. */
export interface Told {
  /** What is known of the corpus. */
  About: {
    /** `facts` are names and what is said of them; `files` and `samples` were looked at. */
    diagnosis: { facts: string[][]; checks: Check[]; healthy: boolean; files: number; samples: number; notes: string[] }
    failed: {}
    toggle: {}
  }
  /** HTML is the server's own: what a corpus says in it is escaped. */
  Bars: {
    /** How many samples that look like others are on the map; why none can be looked for, empty where they can. */
    alike: { on_map: number; off: string }
    file: { name: string; media: string; bytes: ArrayBuffer }
    /** What was seen on the ground of the sample (`ground_marks.GroundOfSample`); `shown`: the pictures show it. */
    ground: { marks: GroundMark[]; more: number; credits: string[]; problems: string[]; shown: boolean }
    label: { html: string }
    /** `may_add`: the visitor may add one. */
    opinions: { names: string[]; chosen: string; may_add: boolean }
  }
  /** The figures of what the map shows. */
  Dataset: {
    /** Others come: the figures are of what was shown before. */
    busy: {}
    /** Of `count` of `total` samples. `chips` are the active filters (`name` and `text`), `active` those that a figure sets, as it names them. */
    figures: { ticket: number; figures: FigureShown[]; count: number; total: number; level: number; source: string; chips: Record<string, string>[]; active: string[]; python: string }
    file: { name: string; media: string; bytes: ArrayBuffer }
    hide: {}
    /** What was looked at in the imagery; `text` says of how many samples, and what could not be read. */
    imagery: { ticket: number; figures: FigureShown[]; text: string }
    /** How far the imagery is looked at. */
    looking: { ticket: number; done: number; total: number }
    trouble: { text: string }
  }
  /** The embedding map. */
  Embedding: {
    /** Another one comes; what is there is of what was shown before. */
    busy: {}
    hide: {}
    /** Where the sample lies that the page shows; None where it is not on this map. */
    mark: { place: number[] | null }
    /** The answer to `view`: a byte a pixel, its place in the palette, the lowest row first; `box` is x0, x1, y0, y1. */
    picture: { frame: number; pixels: ArrayBuffer; width: number; height: number; box: number[] }
    /** All but the picture. `home` are x0, x1, y0, y1 of all samples, `place` x, y and width that a link asks for; `count` of the `placed` samples of the map are in colour, of `total` in the corpus; `area` is the outline that the samples lie in. */
    state: { tables: ChoiceShown[]; methods: ChoiceShown[]; colours: ChoiceShown[]; table: string; method: string; by: string; home: number[]; place: number[] | null; palette: string[]; key: KeyRow[]; area: number[][]; chips: Record<string, string>[]; count: number; placed: number; total: number; about: string }
    trouble: { text: string }
  }
  /** Seasons and breaks, by name. */
  Findings: {
    file: { name: string; text: string }
    tables: { tables: Record<string, FindingTable> }
  }
  /** A page of samples, and their pictures as they come. Places are positions on the page. */
  Gallery: {
    /** All pictures of the page have come. */
    ended: { ticket: number }
    file: { name: string; media: string; bytes: ArrayBuffer }
    /** How much of some pictures is gap-filled, 0 to 1. */
    filled: { ticket: number; places: number[]; shares: number[] }
    hide: {}
    /** What else could be searched for: the open sample, its pins and regions; and whether the map shows only what was found. */
    likes: { choices: GalleryChoice[]; only: boolean }
    page: { ticket: number; tiles: Tile[]; page: number; size: number; count: number; source: string; sort: string; reverse: boolean; how: string; sorts: GalleryChoice[]; dates: GalleryChoice[]; composites: GalleryChoice[]; date: string; composite: string; date_shown: string; composite_shown: string; sample: string | null; hidden: boolean; similar: SimilarShown | null; nothing: string }
    /** `bytes` holds pictures one after another (JPEG), of these `sizes`. */
    pictures: { ticket: number; places: number[]; sizes: number[]; bytes: ArrayBuffer; lacks: Lack[] }
    /** The page shows another sample. */
    sample: { id: string | null }
    /** What is said of the page's samples has changed. */
    tiles: { ticket: number; tiles: Tile[] }
    trouble: { text: string }
  }
  /** `ticket` counts the samples that were opened: what has an older one is dropped. */
  Grid: {
    error: { ticket: number; text: string }
    /** The picture that is large (`sentinel_look.LargePicture`); where `mode` is empty, none is. */
    large: { mode: string; month: number | null; band: string; scale: number; row: number; col: number }
    /** What is shown (`sentinel_look.SentinelLook`); `twin`: it has the bands for what the animation shows. */
    look: { composite: string; title: string; twin: boolean; by: string; band: string; room: string; problem: string }
    menu: { groups: Record<string, Record<string, string>> }
    /** A sample: `bounds` in UTM metres (left, bottom, right, top), `corners` longitude and latitude (NW, NE, SW, SE). */
    open: { ticket: number; sample: string | null; bands: BandShown[]; bounds: [number, number, number, number] | null; corners: number[][] | null; credit: string; planet_credit: string }
    /** Of all months (`bands.Pictures`); `status` a month (`imagery.cube_cache.Status`). Without `grey` those of the bands stay. */
    pictures: { ticket: number; sample: string; status: number[]; reasons: Record<string, string>; rgb: ArrayBuffer | null; grey: ArrayBuffer | null; empty: string[]; legend: Legend | null }
    pins: { pins: PinShown[] }
    regions: { regions: RegionShown[]; problem: string }
    /** The answer to the same message of the script. */
    under: { row: number; col: number; index: number; of: string; text: string }
  }
  /** The selected sample, the address, what a search may mean and what it found, and what has to be said. */
  Head: {
    /** How many samples each suggestion of this number finds, where that can be said, and what more is known of it. */
    counted: { ticket: number; counts: (number | null)[]; details: string[] }
    /** What was searched for is no filter of the map any more. */
    forgotten: {}
    notice: { text: string }
    /** Its class and its colour, and where it is in words and degrees. */
    sample: { id: string | null; text: string; place: string; colour: string | null }
    /** What was found, in a sentence. */
    searched: { text: string }
    /** What the text of this number may mean; 0: nothing is offered any more. */
    suggestions: { ticket: number; options: SuggestionShown[] }
    /** The selection written down; `push`: as a new page of the history. */
    url: { search: string; push: boolean }
    /** Who has logged in. */
    visitor: { name: string }
  }
  /** Whom to name. */
  Help: {
    /** `lines` are attributions; `terms` is empty where use is free; `guide`: whether the server has the guide's pages. */
    facts: { software: string; citation: string; lines: string[]; licences: string[]; terms: string; guide: boolean }
  }
  /** The answer to what is asked: first what it is, then one of the parts, then the numbers of the head. */
  Judge: {
    /** `focus`: somebody has asked for the panel, and goes on in it; a link or a story that opens it takes no keys away. */
    asked: { ticket: number; focus: boolean; opinion: string; groups: string; part: string; by: string; values: string; of_part: string; code: number; other: string; opinions: string[]; groupings: JudgeChoice[]; classes: JudgeClass[]; numbered: boolean; samples: number; of: number; source: string; chosen: number | null; about: string; notes: string[]; python: string; may_add: boolean; may_remove: boolean }
    /** Something is being computed. */
    busy: {}
    calibration: { ticket: number; bins: JudgeBin[]; error: number | null }
    classes: { ticket: number; rows: JudgeScore[] }
    /** Samples (or parts of them) by class of label and model. `label` and `said` are classes that the map is filtered by. */
    cross: { ticket: number; rows: number[]; columns: number[]; values: number[][]; label: number | null; said: number | null }
    file: { name: string; media: string; bytes: ArrayBuffer }
    /** The form to add an opinion opens: which legends are known, which names are taken, how large a file may be. */
    form: { legends: JudgeChoice[]; names: string[]; most_bytes: number }
    hide: {}
    parts: { ticket: number; rows: JudgePart[] }
    summary: { ticket: number; agreement: number | null; macro_f1: number | null; weighted_f1: number | null; mean_average_precision: number | null; disagreement: number | null; calibration_error: number | null }
    trouble: { text: string }
    /** `differ`: the map is filtered by where the two differ. */
    two: { ticket: number; other: string; samples: number; first_only: number; second_only: number; p_value: number; confidence: number; measures: JudgeMeasure[]; rows: JudgePair[]; differ: boolean }
  }
  /** What is shown on the map. */
  Legend: {
    /** The key to the number of samples a pixel, up to `most`; None where classes are shown. */
    density: { most: number | null; colours: string[] }
    /** `chips` are the active filters: `name` and `text`; `count` of `total` samples pass. */
    rows: { rows: LegendRow[]; level: number; chips: Record<string, string>[]; count: number; total: number }
    /** The key to a share from 0 to 1 (colours), or what the classes are of; no `words` where that needs none. */
    scale: { colours: string[]; words: string; title: string }
  }
  /** What lies over the map. */
  MapTools: {
    acknowledged: { number: number }
    busy: {}
    /** The view of this number is on its way; None: the one that the server wanted. */
    drawn: { number: number | null }
    /** The map moves to these ranges. */
    fly: { x0: number; x1: number; y0: number; y1: number }
    /** All that was seen on the ground in view and near it, in place of what was told before; whom to name for it, and what cannot be read. */
    ground: { marks: MapMark[]; credits: string[]; problems: string[] }
    /** Names in view and near it, without those that were told before. */
    names: { names: NameShown[] }
    notice: { text: string }
    options: { classes: ClassOffered[]; countries: string[]; zones: number[]; imagery: string[]; review: string[]; suspicion: boolean; change: boolean; opinions: string[] }
    overview: { src: string; box: number[]; size: number }
    state: { filters: Record<string, any>; look: Looks; looks: LooksOffered; off: Record<string, string>; opinions: string[]; opinion: string; names: NamesLook; area: boolean }
  }
  /** The legend, the pins and regions, and the menu of the curves. */
  PinList: {
    acknowledged: { number: number }
    file: { name: string; text: string }
    menu: { menu: Menu }
    /** `keep`: they stay when another sample is selected. `alike_off` says why what is like them cannot be looked for; empty where it can. */
    pins: { pins: PinShown[]; regions: RegionShown[]; keep: boolean; alike_off: string }
    state: { keys: Key[]; chosen: CurvesChosen; problem: string }
  }
  /** `indices` are of dates; `bytes` holds the pictures one after another, of these `sizes`. */
  Player: {
    acknowledged: { number: number }
    /** The change between two dates, PNG. */
    difference: { ticket: number; first: number; second: number; problem: string; image: ArrayBuffer; legend: Legend | null }
    error: { ticket: number; text: string }
    /** Painted dates, JPEG; what has a lower `paint` is older. */
    frames: { ticket: number; paint: number; indices: number[]; sizes: number[]; bytes: ArrayBuffer }
    /** What was seen on the ground of the sample that is open, and whether it is drawn. */
    ground: { shown: boolean; marks: GroundMark[] }
    /** The map over the sample that is open, none where `name` is empty; `opacity` in percent, `missing` the share without a class. `pixels` are 200 x 200 numbers of two bytes (little-endian), 1 for the first class, 0 for none; where they are empty, `problem` says why. */
    land_cover: { name: string; opacity: number; title: string; credit: string; classes: CoverShown[]; missing: number; pixels: ArrayBuffer; problem: string }
    /** The maps of land cover that can lie over the pictures. */
    land_covers: { names: string[] }
    legend: { ticket: number; legend: Legend | null }
    /** What the picture shows and its stretch (`stretch.StretchSpec`); or the problem with what was asked for, alone. */
    look: { composite: string; mode: string; low: number | null; high: number | null; gamma: number | null; same: boolean; problem: string }
    /** The date on which cover was seen to be lost, -1 for none, and a sentence on it. */
    lost: { ticket: number; index: number; text: string }
    menu: { groups: Record<string, Record<string, string>> }
    /** A sample: `bounds` in UTM metres (left, bottom, right, top), `corners` longitude and latitude (NW, NE, SW, SE). */
    open: { ticket: number; sample: string | null; dates: string[]; index: number; bounds: [number, number, number, number] | null; corners: number[][] | null; credit: string }
    /** A quality layer of all dates, PNG. */
    overlays: { ticket: number; layer: string; indices: number[]; sizes: number[]; bytes: ArrayBuffer; legend: Legend }
    pins: { pins: PinShown[] }
    /** How the dates from `first` to `last` play (`playback.Playback`), and whether they do. */
    playback: { first: number; last: number; speed: number; loop: boolean; running: boolean }
    /** Names of the quality layers; `gaps` are the filled shares of the dates, 0 to 1; `means` of other layers over each date's pixels. */
    quality: { ticket: number; layers: string[]; gaps: (number | null)[] | null; means: Record<string, (number | null)[]>; problem: string }
    regions: { regions: RegionShown[]; problem: string }
    seek: { ticket: number; index: number }
    /** How far the reading is: a byte a date (`imagery.cube_cache.Status`), and why some are broken, by their index. */
    status: { ticket: number; status: ArrayBuffer; reasons: Record<string, string>; done: number; total: number; settled: boolean }
    /** At which date of the first year most can be told apart (`analysis.telling_date`); None where no date is there. */
    telling: { ticket: number; index: number | null }
    under: { row: number; col: number; index: number; text: string }
    /** How to look at the picture (`picture_view.PictureView`); `other` is -1 for no date. */
    view: { mode: string; other: number; scale: number; row: number; col: number; layer: string; split: number }
  }
  /** What is played, and the story that is put together. */
  Presenter: {
    at: { index: number }
    drawer: {}
    off: {}
    on: { story: StoryPlayed | null; credit: string }
    own: { title: string; states: StateEdited[]; yaml: string }
    /** Two dates for before and after, as a calendar writes them. */
    pair: { before: string; after: string }
    shipped: { stories: StoryOffered[] }
    /** One stage of the camera tour is shown, of `count`. */
    stage: { index: number; count: number; title: string }
    /** What a view is called that is shown without a story. */
    titled: { title: string }
    trouble: { text: string }
  }
  /** `values` float32 hold all curves' values behind each other; `flags` uint8 as long (`profile_data.MISSING` to `NODATA`). */
  ProfileCharts: {
    /** The whole sample, its class and the regions. */
    behind: { curves: Curve[]; values: NumPyArray; flags: NumPyArray | null }
    calendar: { pf: Calendar; s2: Calendar }
    /** The pins. `fresh`: the y axes may fit anew; `marks` are set once it is drawn, with `detail`. */
    curves: { ticket: number; fresh: boolean; show: Arrangement; marks: string[]; detail: Record<string, any>; curves: Curve[]; values: NumPyArray; flags: NumPyArray | null }
    /** Smoothed, and found on the pins; of the `curves` with the same ticket. */
    over: { ticket: number; seasons: Season[]; breaks: Break[]; curves: Curve[]; values: NumPyArray; flags: NumPyArray | null }
    save: { format: "svg" | "png"; about: AboutPicture }
    /** What is seen of both charts (`chart_zoom.ChartZoom`), and of the y axis of each; None: all. */
    zoom: { times: [number, number] | null; bands: [number, number] | null; index: [number, number] | null }
  }
  /** The form, the sample under review, and what became of verdicts, which have ids. */
  ReviewPanel: {
    chips: { sample: string; hidden: boolean; strip?: SeasonShown[]; around?: Around; classes: ClassShown[] }
    closing: { found: string[]; left: string[]; estimate: string; notes: string[]; next: Record<string, string>[]; disputed: number; unsure: string[] }
    file: { name: string; media: string; bytes: ArrayBuffer }
    forecast: { sentence?: string; notes?: string[]; strata?: Stratum[]; n?: number; works?: boolean; options?: StrataOption[]; advised?: string; chosen?: string; problem: string }
    off: {}
    pong: {}
    progress: { done: number; total: number }
    refused: { id: string; text: string }
    report: { name: string; media: string; bytes: ArrayBuffer }
    saved: { id: string; sample: string }
    /** The form; `opinion`: the one of `opinions` that is beside the label; `fixed`: the reviewer is who has logged in. */
    setup: { kinds: KindOffered[]; classes: ClassNamed[]; reviewer: string; fixed: boolean; resume: string; blind: boolean; trouble: string; strata: Choice[]; opinions: string[]; opinion: string }
    told: { text: string }
    trouble: { text: string; id: string }
    work: { sample: string; queue: string; position: number; total: number; done: number; undoable: boolean; hidden: boolean; blind: boolean; scope: string; revealed: boolean; labels: LabelRow[]; mine: OwnVerdict | null; base: string | null; others: Record<string, string>[]; suspicion: Suspicion | null; suggestion: string; told: string; classes: ClassNamed[]; resume: string; reviewer: string }
  }
  /** The set of samples. */
  SampleTable: {
    /** The sample that the page shows. */
    current: { id: string | null }
    file: { name: string; media: string; bytes: ArrayBuffer }
    hide: {}
    /** A page of it; `focus`: somebody has asked for the table, and goes on in it. */
    page: { bars: BarShown[]; focus: boolean; judge: boolean; colours: string[]; columns: Record<string, string>[]; cells: any[][]; page: number; count: number; size: number; sort: string; down: boolean; asked: string[] }
    trouble: { text: string }
  }
  /** A file comes piece by piece: `file` tells of it, each `piece` is asked for by `next`. */
  Share: {
    begun: { name: string }
    /** It is made; `size` in bytes. */
    file: { name: string; media: string; size: number }
    /** What files can be made of; `lacking` says why an ending cannot. */
    offer: { dates: string[]; terms: string; lacking: Record<string, string>; counts: number[] }
    piece: { data: ArrayBuffer; last: boolean }
    progress: { done: number; total: number; reading: boolean }
    /** What is shown. `values`: it has values, not colours alone; `code` has `view`, `title` and `text` of Python. */
    state: { link: string; served: boolean; hidden: boolean; sample: string | null; date: string; what: string; values: boolean; pins: number; story: boolean; code: Record<string, string>[] }
    toggle: {}
    trouble: { text: string }
  }
  /** `values` float32 hold, place by place, Sentinel-2's months and Planet Fusion's dates, each the bands by wavelength; reflectance. */
  Spectrum: {
    acknowledged: { number: number }
    axes: { s2: SpectralAxis; pf: SpectralAxis; dates: string[]; notes: string[] }
    file: { text: string }
    look: { months: number[]; typical: boolean; most: number }
    /** `there` are the dates of Planet Fusion that are read, `middles` those nearest to the months' middles. */
    spectra: { fresh: boolean; sample: string | null; places: PlaceShown[]; values: NumPyArray; there: number[]; middles: (number | null)[] }
    /** What is typical of the sample's class in a month; without curves why it is not known. */
    typical: { month: number; text: string; short: string; wavelengths: number[] | null; median: number[] | null; low: number[] | null; high: number[] | null }
  }
  /** What was taken away, and how to have it back. */
  Toast: {
    hide: {}
    /** `action` names the button, `Undo` or `Redo`, or is empty: there is none. `step` is the number of what it undoes; None: the last one. */
    say: { text: string; action: string; step: number | null }
  }
}

/** What a component's script says. */
export interface Said {
  /** Asks for the diagnosis. */
  About:
    | { type: "look" }
    | { type: "ready" }
  /** Which opinion is to stand beside the label; an empty name: none. */
  Bars:
    | { type: "add_opinion" }
    | { type: "alike" }
    | { type: "choose"; opinion: string }
    | { type: "clear" }
    | { type: "judge" }
    | { type: "ready" }
    | { type: "save"; format: string }
    | { type: "show_ground"; shown: boolean }
  /** Other filters, another level, the imagery, and tables to take away. */
  Dataset:
    | { type: "closed" }
    | { type: "filter"; text: string }
    | { type: "level"; level: number }
    | { type: "look" }
    | { type: "ready" }
    | { type: "remove"; name: string }
    | { type: "save"; name: string }
  /** What is looked at, chosen and drawn. */
  Embedding:
    | { type: "area"; x: number[]; y: number[] }
    | { type: "choose"; name: string; value: string }
    | { type: "closed" }
    | { type: "filter"; text: string }
    | { type: "placed"; x: number; y: number; width: number }
    | { type: "ready" }
    | { type: "remove"; name: string }
    | { type: "tap"; x: number; y: number; reach: number }
    | { type: "view"; frame: number; x0: number; x1: number; y0: number; y1: number; width: number; height: number }
  /** Somebody takes a table away. */
  Findings:
    | { type: "csv"; name: string }
    | { type: "ready" }
  /** Another page, order, size or picture; what to do with marked samples (all of the set, where `ids` is empty). */
  Gallery:
    | { type: "alike"; of: string; by: string; label: string; count: number; ids: string[]; middle?: string }
    | { type: "closed" }
    | { type: "composite"; value: string }
    | { type: "date"; value: string }
    | { type: "list"; ids: string[] }
    | { type: "map" }
    | { type: "only"; on: boolean }
    | { type: "open"; id: string }
    | { type: "page"; page: number }
    | { type: "ready" }
    | { type: "review"; ids: string[] }
    | { type: "save"; format: string; ids: string[] }
    | { type: "shuffle" }
    | { type: "size"; size: number }
    | { type: "sort"; sort: string; reverse: boolean }
  /** What is done in the panel, and in a picture that is large. */
  Grid:
    | { type: "draw"; kind: string; points: number[][] }
    | { type: "erase"; region: number }
    | { type: "large"; mode: string; month: number | null; band: string; scale: number; row: number; col: number }
    | { type: "look"; composite?: string; by?: string; band?: string; room?: string }
    | { type: "move"; pin: number; row: number; col: number }
    | { type: "pixel_clicked"; row: number; col: number; add: boolean }
    | { type: "ready" }
    | { type: "reshape"; region: number; points: number[][]; done: boolean }
    | { type: "retry" }
    | { type: "under"; row: number; col: number; index: number; of: string; ticket: number }
  /** Where to go, and which drawer to open. */
  Head:
    | { type: "about" }
    | { type: "choose"; ticket: number; index: number }
    | { type: "go"; text: string }
    | { type: "link"; search: string }
    | { type: "panel"; name: string }
    | { type: "random" }
    | { type: "ready" }
    | { type: "review" }
    | { type: "share" }
    | { type: "stories" }
    | { type: "suggest"; text: string; ticket: number }
  Help:
    | { type: "ready" }
  /** Another question; what of the answer the map is filtered by; what is taken away. */
  Judge:
    | { type: "add" }
    | { type: "added"; name: string }
    | { type: "choose"; opinion?: string; groups?: string; part?: string; by?: string; values?: string; of_part?: string; code?: number | null; other?: string | null }
    | { type: "closed" }
    | { type: "differ" }
    | { type: "filter"; label: number | null; said: number | null }
    | { type: "gallery" }
    | { type: "ready" }
    | { type: "removed"; name: string }
    | { type: "save"; file: string; format: string }
    | { type: "select"; name: string }
    | { type: "table" }
  /** Other classes, fewer filters, and the set as pictures, as a table, or in figures. */
  Legend:
    | { type: "dataset" }
    | { type: "embedding" }
    | { type: "gallery" }
    | { type: "isolate"; code: number; add: boolean }
    | { type: "level"; level: number }
    | { type: "ready" }
    | { type: "remove"; name: string }
    | { type: "table" }
  /** Ranges, pointer, keys, and the popovers' controls. */
  MapTools:
    | { type: "area"; kind: string; x0?: number; x1?: number; y0?: number; y1?: number; x?: number[] | null; y?: number[] | null }
    | { type: "clear_area" }
    | { type: "filter"; values?: Partial<Record<"largest" | "classes" | "min_fraction" | "max_fraction" | "purity" | "mixture" | "countries" | "regions" | "near" | "zones" | "review" | "suspicion" | "change" | "imagery" | "disagreement" | "says" | "class_pair" | "differ" | "embedding" | "alike", number | string | (number | string)[] | null>> | null; clear?: boolean; number: number }
    | { type: "look"; name: string; value: string; number: number }
    | { type: "options" }
    | { type: "place"; lon: number; lat: number; resolution: number }
    | { type: "ready" }
    | { type: "step"; east: number; north: number }
    | { type: "tap"; x: number; y: number }
    | { type: "view"; x0: number; x1: number; y0: number; y1: number; width: number; height: number; number: number; moving?: boolean }
  /** A pin or a region by its place in the list. */
  PinList:
    | { type: "alike"; pin?: number | null; region?: number | null }
    | { type: "csv" }
    | { type: "curves"; text: string; number: number }
    | { type: "keep"; on: boolean }
    | { type: "name"; name: string; pin?: number | null; region?: number | null }
    | { type: "ready" }
    | { type: "remove"; pin?: number | null; region?: number | null }
  /** Rows and columns count 3 m pixels from the upper left, dates are told by their index. */
  Player:
    | { type: "clear" }
    | { type: "composite"; value: string; number: number }
    | { type: "date"; index: number; settled: boolean; ticket: number; chosen?: boolean }
    | { type: "difference"; first: number; second: number; ticket: number }
    | { type: "draw"; kind: string; points: number[][] }
    | { type: "erase"; region: number }
    | { type: "ground"; shown: boolean }
    | { type: "land_cover"; name: string; opacity: number }
    | { type: "move"; pin: number; row: number; col: number }
    | { type: "overlay"; value: string; ticket: number }
    | { type: "pixel_clicked"; row: number; col: number; add: boolean }
    | { type: "playback"; first: number; last: number; speed: number; loop: boolean; running: boolean }
    | { type: "ready" }
    | { type: "reshape"; region: number; points: number[][]; done: boolean }
    | { type: "retry" }
    | { type: "shown"; ticket: number }
    | { type: "stretch"; value: string; number: number }
    | { type: "telling"; ticket: number }
    | { type: "under"; row: number; col: number; index: number; ticket: number }
    | { type: "view"; mode: string; other: number; scale: number; row: number; col: number; layer: string; split?: number }
  /** What to play, and changes of the story that is put together, whose views are told by their index. */
  Presenter:
    | { type: "before_after"; before: string; after: string; swipe: boolean }
    | { type: "begin"; story?: string; own?: boolean }
    | { type: "collect" }
    | { type: "edit"; index: number; title?: string; note?: string; presenter?: string; seconds?: number | string }
    | { type: "end" }
    | { type: "fly" }
    | { type: "go"; index: number }
    | { type: "load"; text: string; name: string }
    | { type: "move"; index: number; by: number }
    | { type: "pair" }
    | { type: "playback"; index: number; motion: string; first?: string; last?: string; speed?: number; loop?: boolean }
    | { type: "ready"; own?: string }
    | { type: "remove"; index: number }
    | { type: "rename"; title: string }
    | { type: "show"; index: number }
    | { type: "stage"; index: number }
  /** The script asks what belongs to a picture that somebody takes, and says what is seen. */
  ProfileCharts:
    | { type: "ready" }
    | { type: "save"; format: string }
    | { type: "zoom"; times: number[] | null; bands: number[] | null; index: number[] | null }
  /** Which samples, the way through them, and verdicts. */
  ReviewPanel:
    | { type: "begin"; kind: string; class: string; count: number; seed: number; strata: string; allocation: string; opinion: string; label: string; said: string; resume: string; ids: string; reviewer: string; blind: boolean; given: string[] }
    | { type: "chips"; sample: string; codes: number[]; first: boolean }
    | { type: "close" }
    | { type: "closing" }
    | { type: "forecast"; kind: string; class: string; count: number; seed: number; strata: string; allocation: string; opinion: string; label: string; said: string }
    | { type: "gallery" }
    | { type: "jump"; position: number }
    | { type: "late"; id: string; sample: string; judgement: string; adjustments: Adjustment[]; confidence: number | null; comment: string; link: string; scope: string; base: string | null }
    | { type: "look" }
    | { type: "map" }
    | { type: "open" }
    | { type: "ping" }
    | { type: "ready" }
    | { type: "rejudge" }
    | { type: "report"; classes: string; all: boolean; blind: boolean }
    | { type: "save"; format: string }
    | { type: "step"; by: number }
    | { type: "undo" }
    | { type: "verdict"; id: string; sample: string; judgement: string; adjustments: Adjustment[]; confidence: number | null; comment: string; link: string }
  /** Which page in which order, and files to take away. */
  SampleTable:
    | { type: "closed" }
    | { type: "gallery" }
    | { type: "judge" }
    | { type: "open"; id: string }
    | { type: "page"; page: number; sort: string; down: boolean }
    | { type: "ready" }
    | { type: "save"; format: string }
  /** Files that are asked for. */
  Share:
    | { type: "cancel" }
    | { type: "make"; kind: string; first: string; last: string; ending: string; product?: string; other?: string; pins?: boolean; chart?: boolean; skip?: boolean; story?: boolean; fps?: number; scale?: number; count?: number; base_url?: string; seconds?: number }
    | { type: "next" }
    | { type: "open"; open: boolean }
    | { type: "ready" }
  /** Months are 1 to 12; `index` is a date of Planet Fusion. */
  Spectrum:
    | { type: "csv"; index: number }
    | { type: "look"; number: number; months?: number[] | null; typical?: boolean | null }
    | { type: "ready" }
    | { type: "typical"; month: number }
  /** Somebody takes back what they did. */
  Toast:
    | { type: "ready" }
    | { type: "redo" }
    | { type: "undo"; step?: number | null }
}

/** An array of NumPy as Bokeh sends it: `plainArray` makes an ordinary one of it. */
export interface NumPyArray extends ArrayLike<number> {
  dtype: string
  buffer: ArrayBuffer
  byteOffset: number
}

/** A handler for each message of the server. */
export type Handlers<C extends keyof Told> = { [K in keyof Told[C]]: (data: Told[C][K]) => void }

/** A component's model in its script: what it says goes to `send_msg`; beside these it has properties of its own. */
export interface Model<C extends keyof Told> {
  bus: string
  send_msg(message: Said[C]): void
  on(event: string, listener: (data?: any) => void): void
  [property: string]: any
}

/** What Panel draws a component with. */
export interface Drawn<C extends keyof Told> {
  model: Model<C>
  el: any
}

/** A message that is numbered as it is sent (`makeChoices`). */
export type Unnumbered<M> = M extends { number: number } ? Omit<M, "number"> : never

/** One assumption held against the files. `state`: `ok` as assumed; `told` otherwise, and read as it should be; `wrong` or `missing`: something would be shown wrongly, or not at all. `todo` is empty where nothing is to be done. */
export interface Check {
  subject: string
  state: "ok" | "told" | "wrong" | "missing"
  assumed: string
  found: string
  follows: string
  todo: string
}

/** A point or polygon: the name of its set, its id there, its class and colour, its date as the file has it. `row` and `col` are of a point, of a polygon's inner point; `rings` of a polygon, corners as [row, col]. All in pixels of Planet Fusion's chip, from its upper left corner. */
export interface GroundMark {
  set: string
  id: string
  title: string
  colour: string
  date: string
  row: number
  col: number
  rings: number[][][]
}

/** A figure: its `name` (of files), title, what it shows in a sentence, the drawing as SVG, and the line of Python that gives it. */
export interface FigureShown {
  name: string
  title: string
  about: string
  svg: string
  python: string
}

/** A value of a menu; `off` says why it cannot be chosen. */
export interface ChoiceShown {
  value: string
  text: string
  off: string
}

/** What a colour means; `count` samples have it, `filter` is what it filters by (empty: nothing). */
export interface KeyRow {
  text: string
  colour: string
  count: number | null
  filter: string
  on: boolean
}

/** A table beside the charts; `notes` say how it was made. */
export interface FindingTable {
  title: string
  columns: string[]
  rows: FindingRow[]
  notes: string[]
}

/** A row of a table of seasons or breaks. */
export interface FindingRow {
  colour: string
  pin: string
  cells: string[]
  note: string
}

/** What can be chosen; `off` says why not, where it cannot. */
export interface GalleryChoice {
  value: string
  text: string
  group: string
  off: string
}

/** A sample: its largest class with colour and share (0 to 1), and the verdict on it with whose it is; empty and None where hidden or unknown. */
export interface Tile {
  id: string
  title: string
  colour: string
  share: number | null
  verdict: string
  by: string
}

/** How a search for what is alike stands: for what (`ofs`; the first is what is shown), by what, of which label, how many. `middle` says how several samples count, `mean` or `medoid`; empty: there is one. `only`: the map shows nothing but what was found. */
export interface SimilarShown {
  ofs: GalleryChoice[]
  by: string
  bys: GalleryChoice[]
  label: string
  labels: GalleryChoice[]
  count: number
  counts: number[]
  middle: string
  only: boolean
}

/** Why a sample has no picture: it is `absent`, or `broken`. */
export interface Lack {
  place: number
  state: string
  why: string
}

/** A band; `wavelength` in nm. */
export interface BandShown {
  name: string
  title: string
  wavelength: number
}

/** What the colours of a picture mean: `colours` (hex, low to high) run evenly from `low` to `high` in `unit`. `low` and `high` are None where each frame has its own. */
export interface Legend {
  title: string
  unit: string
  low: number | null
  high: number | null
  colours: string[]
  formula: string
  reference: string
}

/** A pin for the browser; `name` or empty. */
export interface PinShown {
  row: number
  col: number
  colour: string
  name: string
}

/** A region for the browser: `points` of row and column, `letter` `A` to `D`, `name` or empty, `size` as `150 × 90 m, 1.35 ha`. */
export interface RegionShown {
  kind: string
  points: number[][]
  colour: string
  letter: string
  name: string
  size: string
}

/** Something that a search may mean: the group that it is in, its name, what it is, the colour of its class or "". */
export interface SuggestionShown {
  group: string
  title: string
  detail: string
  colour: string
}

/** What can be chosen. */
export interface JudgeChoice {
  value: string
  text: string
}

/** A class: `code` is its number, which is shown where it says something (`numbered`). */
export interface JudgeClass {
  code: number
  title: string
  colour: string
}

/** A bin of a calibration curve: what is said on average in it, and how often it is so. */
export interface JudgeBin {
  low: number
  high: number
  samples: number
  said: number | null
  found: number | null
}

/** One class of a model: how many samples the labels and the model have of it, and how they agree. */
export interface JudgeScore {
  place: number
  labelled: number
  said: number
  precision: number | null
  recall: number | null
  f1: number | null
  average_precision: number | null
  label_mean: number
  opinion_mean: number
  error: number
}

/** A part of the corpus, by its name. */
export interface JudgePart {
  name: string
  samples: number
  agreement: number | null
  macro_f1: number | null
  disagreement: number | null
}

/** A measure of two models, their difference and its interval. */
export interface JudgeMeasure {
  name: string
  first: number | null
  second: number | null
  difference: number | null
  low: number | null
  high: number | null
}

/** A class of two models: their F1, its difference and interval. */
export interface JudgePair {
  place: number
  labelled: number
  first: number | null
  second: number | null
  difference: number | null
  low: number | null
  high: number | null
}

/** A class: how many samples of the set have it, their share of the set (0 to 1), whether it is isolated. */
export interface LegendRow {
  code: number
  title: string
  colour: string
  count: number
  share: number
  on: boolean
}

/** Something that was seen on the ground, or `count` that lie together: its place (EPSG:3857 metres), its class's colour, what is said of it. `rings` are the outlines of a polygon that is seen from close by, holes too, corners as [x, y]. */
export interface MapMark {
  x: number
  y: number
  count: number
  colour: string
  text: string
  rings: number[][][]
}

/** A name and its place (EPSG:3857 metres); `kind` is `country`, `sea`, `city` or `town`; seen from `start` to `end` metres a pixel. */
export interface NameShown {
  text: string
  kind: string
  x: number
  y: number
  start: number
  end: number
}

/** A class of CORINE to filter by. */
export interface ClassOffered {
  code: number
  title: string
  level: number
}

/** How the map looks (names in `map_state`). */
export interface Looks {
  shade: string
  palette: string
  theme: string
  base: string
  names: string
  ground: string
}

/** What it can be set to: name -> title. */
export interface LooksOffered {
  shade: Record<string, string>
  palette: Record<string, string>
  theme: Record<string, string>
  base: Record<string, string>
  names: Record<string, string>
  ground: Record<string, string>
}

/** How names are drawn on the map: colours of what lies on land, of seas, and around their letters. */
export interface NamesLook {
  shown: boolean
  ink: string
  water: string
  halo: string
}

/** All that can be chosen: `indices` by domain, title -> name; `smooth` name -> title, whose `sources` by name; at `most` so many indices. */
export interface Menu {
  bands: BandOffered[]
  indices: Record<string, Record<string, string>>
  smooth: Record<string, string>
  sources: Record<string, string>
  most: number
}

/** A band of the menu; `name` as links write it. */
export interface BandOffered {
  name: string
  text: string
  title: string
  colour: string
}

/** An entry of the legend: a line (`dash`ed, or `wide`), or a `sign`. */
export interface Key {
  text?: string
  colour?: string
  sign?: string
  dash?: string
  wide?: boolean
}

/** What is chosen of it (`analysis.curves.Curves`). */
export interface CurvesChosen {
  bands: string[]
  indices: string[]
  smooth: string
  pheno: boolean
  breaks: boolean
  years: boolean
  behind: string[]
}

/** A class of a map of land cover that is there in the sample; `share` of its pixels, 0 to 1. */
export interface CoverShown {
  title: string
  colour: string
  share: number
}

/** A story as it is played. */
export interface StoryPlayed {
  title: string
  states: StatePlayed[]
}

/** A view of a story as it is played; notes as HTML of ours. `motion` says whether it holds or runs; empty: it runs after a while. */
export interface StatePlayed {
  title: string
  html: string
  presenter_html: string
  seconds: number
  motion: string
}

/** A view of the story that is put together; notes as Markdown. */
export interface StateEdited {
  title: string
  note: string
  presenter: string
  seconds: number | null
  playback: StatePlayback
}

/** How a view plays (`playback.Playback`), its dates as a calendar writes them. */
export interface StatePlayback {
  motion: string
  first: string
  last: string
  speed: number
  loop: boolean
}

/** A story that comes with the explorer; `count` of its views. */
export interface StoryOffered {
  name: string
  title: string
  count: number
}

/** A curve of a chart; its values are those that follow in the message: one a date, with `kind` middle, low and high of each. `pin` counts the pins from 1. */
export interface Curve {
  chart?: "bands" | "index"
  sensor?: "pf" | "s2"
  name?: string
  label?: string
  colour?: string
  dash?: string
  marker?: string
  who?: string
  pin?: number
  kind?: "sample" | "region" | "class"
}

/** A sensor's dates: `times` float64, each from `left` to `right`; `missing` says why there is none, by its place; `waiting` are still to come. */
export interface Calendar {
  times: NumPyArray
  left: NumPyArray
  right: NumPyArray
  missing: Record<string, string>
  waiting: number[]
}

/** The lower chart's `label`; whether there is an upper one; year against year. */
export interface Arrangement {
  label: string
  bands: boolean
  years: boolean
}

/** Start, peak or end of a season on a curve. */
export interface Season {
  date: number
  value: number
  what: "start" | "peak" | "end"
  colour: string
}

/** A break of a season, `step` in the index's unit. */
export interface Break {
  date: number
  step: number
  colour: string
}

/** What a picture of the charts says beside them, and its file's name without the ending. */
export interface AboutPicture {
  title: string
  file: string
  notes: string[]
  keys: Key[]
}

/** The sample at a date. */
export interface SeasonShown {
  index: number
  date: string
  jpeg: ArrayBuffer
}

/** The samples around one, up to `reach` km away to each side. */
export interface Around {
  cells: Neighbour[]
  reach: number
}

/** A sample around; `ring` of x and y in km from the one that is shown, y to the south. */
export interface Neighbour {
  id: string
  ring: number[][]
  colour: string
  title: string
}

/** What a class looks like close by. */
export interface ClassShown {
  code: number
  title: string
  chips: Chip[]
}

/** A sample of a class, and how many km it is away. */
export interface Chip {
  id: string
  km: number
  jpeg: ArrayBuffer
}

/** A stratum of a draw; `half` is half the width of its accuracy's interval, 0 to 1. */
export interface Stratum {
  title: string
  size: number
  drawn: number
  few: boolean
  half: number | null
}

/** Other strata for the same draw: whether each gets enough, and from which size of the draw on. */
export interface StrataOption {
  value: string
  works: boolean
  enough: number | null
  text: string
}

/** A kind of queue; `needs` are names of the form's fields, `off` says why it cannot be chosen. */
export interface KindOffered {
  id: string
  title: string
  text: string
  needs: string[]
  off: string
}

/** A level-3 class; `names` are pairs of a common name and its place among the classes that are called so. */
export interface ClassNamed {
  code: number
  title: string
  colour: string
  names: [string, number][]
}

/** An entry of a list to choose from. */
export interface Choice {
  value: string
  text: string
}

/** A class of a label, and its fraction, 0 to 1. */
export interface LabelRow {
  code: number
  title: string
  colour: string
  fraction: number
}

/** A reviewer's own verdict; `adjustments` have `code`, `action`, `fraction`; `text` says it in words. */
export interface OwnVerdict {
  id: string
  judgement: string
  adjustments: Record<string, any>[]
  comment: string
  confidence: number | null
  link: string
  text: string
}

/** What scoring says of a label; `score` 0 to 1, None where it cannot be judged. */
export interface Suspicion {
  score: number | null
  suggestion: string
  reasons: string[]
  note: string
}

/** What is said of a class. */
export interface Adjustment {
  code: number
  action: string
  fraction: number | null
}

/** A class of the set, and how many samples have it. */
export interface BarShown {
  title: string
  colour: string
  count: number
}

/** A sensor's bands by wavelength; `wavelengths` and `widths` in nm. */
export interface SpectralAxis {
  names: string[]
  wavelengths: number[]
  widths: number[]
}

/** A pin or a region of the spectrum; with `spread` its mean, 10th and 90th percentile follow each other. */
export interface PlaceShown {
  colour: string
  short: string
  name: string
  spread: boolean
}
