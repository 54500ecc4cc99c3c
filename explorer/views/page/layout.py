"""Where the views stand on the page: its regions, their headings, whose data each shows."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import panel as pn

from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.views.animation.animation import AnimationView
from explorer.views.common.components import Component, Page, Region, source
from explorer.views.dataset.dataset import DatasetView
from explorer.views.embedding.embedding import EmbeddingView
from explorer.views.gallery.gallery import GalleryView
from explorer.views.judge.judge import JudgeView
from explorer.views.labels.labels import LabelsView
from explorer.views.map.map import MapView
from explorer.views.page.about import AboutView
from explorer.views.page.head import HeadView
from explorer.views.page.help import HelpView
from explorer.views.page.undo import UndoView
from explorer.views.present.present import PresentView
from explorer.views.profile.profile import ProfileView
from explorer.views.review.review import ReviewView
from explorer.views.sentinel2.bands import BandsView
from explorer.views.sentinel2.spectrum import SpectrumView
from explorer.views.share.share import ShareView

_CREDITS = {
    PF_SR.id: "© Planet Labs PBC, CC-BY-NC-SA 3.0",
    S2_SR.id: "Copernicus Sentinel data 2018",
    "labels": "CORINE Land Cover 2018, EEA",
}

_MAP_ALONE = """
:host { display: var(--area-display, var(--map-display, flex)) !important; grid-template: "title title" auto "map legend" minmax(0, 1fr) / minmax(0, 1fr) 320px; column-gap: 12px; }
"""
"""Alone on a wide page, the map has its legend beside it (and the label below that, see `page.css`)."""


@dataclass(frozen=True)
class Views:
    """The views of one session."""

    corpus: Corpus
    head: HeadView
    map: MapView
    animation: AnimationView
    bands: BandsView
    profile: ProfileView
    spectrum: SpectrumView
    labels: LabelsView
    review: ReviewView
    present: PresentView
    share: ShareView
    about: AboutView
    gallery: GalleryView
    judge: JudgeView
    dataset: DatasetView
    embedding: EmbeddingView
    help: HelpView
    undo: UndoView


@dataclass(frozen=True)
class Layout:
    """The page, and the regions that come and go."""

    page: Page
    map_region: Region
    label_region: Region
    review_region: Region
    sample_table: Component


def lay_out(views: Views, height: str) -> Layout:
    """Put the views on a page of a height (CSS)."""
    views.map.whole.styles = {**views.map.whole.styles, "grid-area": "map"}
    views.map.legend.legend.styles = {"grid-area": "legend"}
    map_region = _region(
        "Sample map", "auto", views.map.whole, views.map.legend.legend,
        heading=f"Sample map{_credit(views.corpus, 'labels', ' · Natural Earth, GeoNames')}",
    )  # fmt: skip
    map_region.stylesheets = [
        *map_region.stylesheets,
        ":host { flex: var(--map-flex, 1 1 auto) !important; height: var(--map-height, 100%) !important; }",
        _MAP_ALONE,
    ]
    label_region = Region(
        _title(f"Labels <small>share of the 600 m cell</small>{_credit(views.corpus, 'labels')}"),
        views.labels.pane, label="Labels", margin=0, sizing_mode="stretch_width",
        stylesheets=[source("region.css"), ":host { flex: none !important; position: var(--label-position, static) !important; right: 10px; bottom: 9px; width: var(--label-width, 100%) !important; min-height: 128px; height: var(--label-height, clamp(150px, 21vh, 230px)); display: var(--label-display, var(--area-display, flex)) !important; }"],
    )  # fmt: skip
    review_region = Region(
        _title("Label review"), views.review.panel, label="Label review", margin=0, sizing_mode="stretch_width",
        css_classes=["gone"], stylesheets=[source("region.css"), ":host { flex: var(--review-flex, 0 0 62%) !important; height: auto; overflow-y: var(--review-scroll, auto); scrollbar-width: thin; } :host(.alone) { flex: 1 1 100% !important; }"],
    )  # fmt: skip
    left = pn.Column(
        map_region, views.map.sample_table.table, label_region, review_region, margin=0, min_height=0, sizing_mode="stretch_both",
        styles={"grid-area": "map"}, css_classes=["area-map"],
        stylesheets=[":host { display: var(--area-display, flex) !important; position: relative; flex-direction: column; gap: 8px; width: 100%; height: var(--left-height, 100%) !important; min-height: 0; }"],
    )  # fmt: skip
    views.head.head.styles, views.head.head.css_classes = {"grid-area": "head"}, ["area-head"]
    page = Page(
        views.head.head,
        left,
        _region("Planet Fusion animation", "planet", views.animation.player,
                heading=f"Planet Fusion <small>3 m, 5-daily</small>{_credit(views.corpus, PF_SR.id)}"),
        _region("Sentinel-2 bands", "sentinel", views.bands.grid, views.spectrum.chart,
                heading=f"Sentinel-2 <small>10 m, monthly</small>{_credit(views.corpus, S2_SR.id)}"),
        _region("Temporal profile", "profile", views.profile.legend, views.profile.whole,
                heading="Temporal profile <small class='how'>click a pixel in a large image; shift-click adds another</small>"),
        views.present.presenter,
        views.share.share,
        views.about.about,
        views.gallery.gallery,
        views.judge.panel,
        views.dataset.panel,
        views.embedding.panel,
        views.help.help,
        views.undo.toast,
        margin=0, sizing_mode="stretch_both",
        stylesheets=[source("page.css"), f":host {{ --page-height: {height}; }}"],
    )  # fmt: skip
    return Layout(page, map_region, label_region, review_region, views.map.sample_table.table)


def stand(region: Region, wanted: bool) -> None:
    """Show a region or take it away; `visible` would have to be stronger than the region's own stylesheet."""
    region.css_classes = [
        *(name for name in region.css_classes if name != "gone"),
        *([] if wanted else ["gone"]),
    ]


def stand_alone(region: Region, alone: bool) -> None:
    """Give a region the room of those beside it that are away."""
    region.css_classes = [
        *(name for name in region.css_classes if name != "alone"),
        *(["alone"] if alone else []),
    ]


def _title(text: str, enlarge: str = "") -> pn.pane.HTML:
    return pn.pane.HTML(
        f"<h2>{_enlarger(*enlarge.split(':')) if enlarge else ''}{text}</h2>",
        margin=0,
        sizing_mode="stretch_width",
        styles={"grid-area": "title"},
        stylesheets=[source("html.css")],
    )


def _region(label: str, area: str, *children: Any, heading: str = "") -> Region:
    return Region(
        _title(heading or label, f"{area if area != 'auto' else 'map'}:{label}"), *children, label=label, margin=0,
        sizing_mode="stretch_both", min_height=0, styles={"grid-area": area}, css_classes=[f"area-{area}"],
        stylesheets=[source("region.css")],
    )  # fmt: skip


def _credit(corpus: Corpus, product_id: str, more: str = "") -> str:
    terms = corpus.attribution(product_id)
    short = "synthetic demo" if corpus.synthetic else _CREDITS[product_id]
    return f'<small class="credit" title="{escape(terms)}">{escape(short + more)}</small>'


def _enlarger(panel: str, label: str) -> str:
    """The button in a panel's heading that gives it the whole page; `head.js` listens for its click."""
    text = escape(f"Enlarge {label}; again or Esc: all panels")
    return (
        f'<button type="button" class="enlarge" data-panel="{panel}" title="{text}" aria-label="{text}">'
        '<svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true" fill="none" stroke="currentColor" '
        'stroke-width="1.6"><path d="M9.5 2H14v4.5M6.5 14H2V9.5M14 2 9 7M2 14l5-5"/></svg></button>'
    )
