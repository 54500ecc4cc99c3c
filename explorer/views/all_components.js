// All components of the page, by the names of their Python classes: `make scripts` bundles them into components.bundle.js.

import * as Player from "./animation/animation.js"
import * as Dataset from "./dataset/dataset.js"
import * as Embedding from "./embedding/embedding.js"
import * as Gallery from "./gallery/gallery.js"
import * as Judge from "./judge/judge.js"
import * as Bars from "./labels/labels.js"
import * as Legend from "./map/legend.js"
import * as MapTools from "./map/map_tools.js"
import * as SampleTable from "./map/sample_table.js"
import * as About from "./page/about.js"
import * as Head from "./page/head.js"
import * as Help from "./page/help.js"
import * as Toast from "./page/toast.js"
import * as Presenter from "./present/present.js"
import * as PinList from "./profile/pins.js"
import * as ProfileCharts from "./profile/profile_charts.js"
import * as Findings from "./profile/profile_tables.js"
import * as ReviewPanel from "./review/review.js"
import * as Grid from "./sentinel2/bands.js"
import * as Spectrum from "./sentinel2/spectrum.js"
import * as Share from "./share/share.js"

export default {
  About,
  Bars,
  Dataset,
  Embedding,
  Findings,
  Gallery,
  Grid,
  Head,
  Help,
  Judge,
  Legend,
  MapTools,
  PinList,
  Player,
  Presenter,
  ProfileCharts,
  ReviewPanel,
  SampleTable,
  Share,
  Spectrum,
  Toast,
}
