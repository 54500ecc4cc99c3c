// What a stand-alone page knows: the JSON that explorer/export/page.py writes into it, and the calendar in it.

/**
 * @typedef {object} Model All that the page shows, beside the cubes.
 * @property {string} title
 * @property {boolean} synthetic Whether the corpus is the demo.
 * @property {string} software Name and version of what made the page.
 * @property {string[]} credit Attributions, a line each.
 * @property {string} terms Under which conditions the data may be used; empty where there are none.
 * @property {string} citation
 * @property {string} labelSource Whose the labels are.
 * @property {{ planet: string, sentinel: string }} short Attributions beside the pictures.
 * @property {string} errors How far Planet Fusion values are from the corpus's, as a sentence.
 * @property {number} start Index of the date that is shown first.
 * @property {Colours} colours
 * @property {{ dates: string[], bands: Band[] }} planet Calendar of Planet Fusion (`2018-07-02`), and its bands.
 * @property {{ months: string[], bands: Band[], gamma: number, picture: Composite }} sentinel Months of Sentinel-2 (`2018-07`), its bands and their gamma, and what its months show.
 * @property {Record<string, Picture>} pictures What the animation can show, by its name in a link.
 * @property {{ box: string, path: string }} europe View box and path (SVG) of the small map.
 * @property {Sample[]} samples One at least.
 * @property {Story | null} story
 * @property {Step | null} opening Without a story: how the page opens.
 */

/**
 * @typedef {object} Colours As `#rrggbb`.
 * @property {string[]} pins Of the first pin, the second, and so on; as many as there can be.
 * @property {Record<string, string>} light Of bands on a light ground, by their names.
 * @property {Record<string, string>} dark
 * @property {string[]} difference From a loss over nothing to a gain.
 */

/**
 * @typedef {object} Band
 * @property {string} name
 * @property {string} title
 * @property {number} wavelength Its centre, nm.
 */

/**
 * @typedef {object} Composite Three bands as red, green and blue.
 * @property {string[]} bands
 * @property {number} gamma
 * @property {number | null} middle DN above which brightness is compressed (natural colour), or null.
 * @property {ComputedValues | null} [values] Of an index or a formula: how it is computed from the bands, and its colours.
 */

/**
 * @typedef {object} ComputedValues
 * @property {string} name
 * @property {import("./page_values.js").Program} program Over the bands' reflectance.
 * @property {string[]} colours `#rrggbb`, from low to high.
 */

/** @typedef {Composite & { title: string }} Picture */

/** @typedef {[low: number, high: number]} Span DN that become black and white; of an index, values that have its first and last colour. */

/**
 * @typedef {object} Sample
 * @property {string} id
 * @property {number} number Its cubes stand in the elements `planet-N` and `sentinel-N`.
 * @property {string} place Latitude and longitude of its centre, as text.
 * @property {string} grid Its coordinate reference system, `EPSG:32631`.
 * @property {number} left Of the cell, metres east in `grid`.
 * @property {number} top Metres north.
 * @property {string} footprint The cell's bounds, as text.
 * @property {[x: number, y: number]} dot On the small map.
 * @property {Label[]} labels Largest first.
 * @property {Record<string, string>} missing Why a date is not there, by the date.
 * @property {Record<string, Span[]>} spans Of a picture's three bands, by its name.
 * @property {{ picture: Span[] } & Record<string, Span | Span[]>} s2Spans Of Sentinel-2: of the composite, and of each band by its name.
 * @property {{ max: number, rms: number }} error Of its Planet Fusion values, reflectance.
 * @property {string} gapLayer What the corpus calls the layer that marks gap-filled pixels; empty where there is none.
 * @property {Record<string, { title: string, png: string, key: Key }>} covers Maps of land cover over the image, base64, by their words in a link.
 * @property {{ marks: import("../browser/ground_marks.js").Mark[], key: Key }} ground What was seen on the ground.
 * @property {PlanetHeader} planet
 * @property {SentinelHeader} sentinel
 */

/** @typedef {Array<[colour: string, text: string]>} Key What colours mean. */

/**
 * @typedef {object} Label
 * @property {number} code CORINE's, of level 3.
 * @property {string} title
 * @property {string} hex Its colour.
 * @property {number} fraction Of the cell, 0 to 1.
 */

/**
 * @typedef {object} Header What packed cubes of both sensors say of themselves (explorer/export/packing.py).
 * @property {number} size Rows, and columns.
 * @property {string[]} bands
 * @property {number[]} there Indices of the dates (months) that the cube has, ascending.
 * @property {Record<string, [start: number, length: number]>} streams Where each stream is among the bytes.
 * @property {number[]} [predicted] Of each plane, whether it holds differences from what its neighbours predict (1) or values (0).
 */

/**
 * @typedef {Header & PlanetOnly} PlanetHeader
 * @typedef {object} PlanetOnly
 * @property {number} components
 * @property {number[]} [scales] Of each component: what its integers are to be multiplied by, DN.
 */

/**
 * @typedef {Header & SentinelOnly} SentinelHeader
 * @typedef {object} SentinelOnly
 * @property {number | null} nodata DN that stands for no value.
 * @property {boolean} signed Whether DN may be below zero: int16, else uint16.
 */

/**
 * @typedef {object} Story
 * @property {string} title
 * @property {string} author
 * @property {Step[]} states
 */

/**
 * @typedef {object} Step
 * @property {string} title
 * @property {string} note HTML, made of Markdown without raw HTML.
 * @property {string} presenter HTML for the speaker; mostly empty.
 * @property {string | null} sample Null: that which is shown stays.
 * @property {number | null} date Index in the calendar; null: that which is shown stays.
 * @property {Array<[row: number, col: number]>} pixels To be pinned; empty: the pins stay.
 * @property {string[]} names Of the pins.
 * @property {string} picture
 * @property {number | null} seconds How long the step is to be shown.
 * @property {string} panel What has the page for itself: `planet`, `sentinel`, `profile`; else empty.
 * @property {Look} look
 * @property {Play} play
 */

/** @typedef {"single" | "swipe" | "side" | "difference"} Mode One date, or how two are compared. */

/**
 * @typedef {object} Look How the image is looked at.
 * @property {Mode} mode
 * @property {number} other Index of the date that it is compared with; -1: none was chosen.
 * @property {number} scale Zoom, 1 to 16.
 * @property {number} row Of the pixel in the upper left corner; with a fraction.
 * @property {number} col
 * @property {number} split Where two images are swiped, 0 to 1 of the width.
 * @property {string} layer The corpus's name of the quality layer on top; mostly empty.
 * @property {string} overlay Which of the sample's `covers` lies over the image; mostly empty.
 * @property {boolean} ground Whether what was seen on the ground is drawn.
 */

/**
 * @typedef {object} Play
 * @property {"" | "hold" | "run"} motion Empty: as it is.
 * @property {number} first Index of the first date that plays.
 * @property {number} last
 * @property {number} speed Dates a second.
 * @property {boolean} loop
 */

const DAY = 86400000
/** @param {string} iso A date, or a month: that stands for its middle. */
const timeOf = (iso) => Date.parse(iso.length === 7 ? `${iso}-15` : iso)

/** @typedef {ReturnType<typeof makeCalendar>} Calendar */
/**
 * The dates of Planet Fusion and the months of Sentinel-2, and their times: milliseconds of UTC since 1970.
 * @param {Model} model
 */
export const makeCalendar = (model) => {
  const { dates } = model.planet,
    { months } = model.sentinel
  const times = dates.map(timeOf)
  return {
    dates,
    months,
    times,
    monthTimes: months.map(timeOf),
    /** @type {[number, number]} What the charts over time show. */
    span: [times[0] - 8 * DAY, times[times.length - 1] + 8 * DAY],
    /**
     * The month of the mosaics that belongs to a date: the same one, in whichever year.
     * @param {number} index
     */
    monthOf: (index) => months.findIndex((month) => month.slice(5) === dates[index].slice(5, 7)),
    /**
     * The date in the middle of a month.
     * @param {number} month
     */
    middleOf: (month) => dates.findIndex((date) => date.slice(0, 7) === months[month] && Number(date.slice(8)) >= 13),
    /**
     * The date that is nearest to a time.
     * @param {number} time
     */
    nearest: (time) => times.reduce((best, t, i) => (Math.abs(t - time) < Math.abs(times[best] - time) ? i : best), 0),
  }
}
