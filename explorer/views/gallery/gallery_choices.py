"""What the gallery can be set to, and what its page says in words."""

from __future__ import annotations

from functools import cache

from explorer.analysis import render_spec
from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.core.products import PF_SR, S2_SR
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.review import sample_order
from explorer.views.common.gallery_look import NEAREST, QUEUE, SIMILAR, SORTS
from explorer.views.gallery.messages import GalleryChoice

_HIDDEN = "labels are hidden"
OF_LABELS = ("suspicion", "class", "purity", "change", "similarity", "disagreement")
"""Orders that tell something of labels."""
_INDICES = ("NDVI", "EVI", "NDWI", "NDMI", "NBR", "NDBI")


def sorts(
    corpus: Corpus, *, source: str, hidden: bool, like: str | None, opinion: str = ""
) -> list[GalleryChoice]:
    """Orders, and why some cannot be had; `like` is the sample that the page shows, `opinion` the one beside its label."""
    why = sample_order.unavailable(corpus, like, opinion)
    if hidden:
        why |= dict.fromkeys(OF_LABELS, _HIDDEN)
    found: list[GalleryChoice] = []
    for name, title in SORTS.items():
        if (name == QUEUE and source != QUEUE) or (name == NEAREST and source != SIMILAR):
            continue
        text = "Similarity to the open sample" if name == "similarity" else title
        if name == "disagreement":
            text = f"Differs from {opinion or 'an opinion'}"
        found.append({"value": name, "text": text, "group": "", "off": why.get(name, "")})
    return found


@cache
def dates() -> list[GalleryChoice]:
    """The page's date, Sentinel-2's months and Planet Fusion's dates."""
    found: list[GalleryChoice] = [{"value": "", "text": "The page’s date", "group": "", "off": ""}]
    for product in (S2_SR, PF_SR):
        group = "Sentinel-2, months" if product.monthly else "Planet Fusion, dates"
        found += [{"value": key, "text": key, "group": group, "off": ""} for key in product.date_keys]
    return found


@cache
def composites(product_id: str) -> list[GalleryChoice]:
    """The page's picture, and composites, usual indices and bands of a product."""
    found: list[GalleryChoice] = [{"value": "", "text": "The page’s picture", "group": "", "off": ""}]
    menu = render_spec.menu(product_id)
    groups = {"Composites": menu["composites"], "Bands": menu["bands"]}
    for group, entries in groups.items():
        found += [
            {"value": value, "text": text, "group": group, "off": ""} for text, value in entries.items()
        ]
    for name in _INDICES:
        try:
            recipe = render_spec.parse(f"index:{name}", product_id)
        except InvalidQueryError:  # needs bands that this sensor lacks
            continue
        found.append({"value": recipe.text, "text": recipe.title, "group": "Indices", "off": ""})
    return found


def source_text(filters: Filters, area: bool, *, queue: bool) -> str:
    """Whose samples they are: `Non-irrigated arable land, in the area`."""
    if queue:
        return "Queue under review"
    classes = [corine.land_cover(code).title for code in filters.largest]
    parts = [", ".join(classes)] if classes else []
    others = [name for name in filters.names() if name != "largest"]
    if others:
        parts.append("filtered")
    if area:
        parts.append("in the area")
    return " · ".join(parts) or "All samples"
