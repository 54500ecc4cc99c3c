"""What every file says of itself: whom to name, on which terms, and what exactly it shows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.analysis.render_spec import Recipe
from explorer.analysis.stretch import Stretch, StretchSpec
from explorer.core.products import CITATION, REFLECTANCE_SCALE
from explorer.core.version import __version__

if TYPE_CHECKING:
    from explorer.corpus.corpus import Corpus

SOFTWARE = f"RapidAI4EO explorer {__version__}"
NON_COMMERCIAL = (
    "Planet Fusion imagery is for non-commercial use only, and what is made from it is shared under the same licence "
    "(CC-BY-NC-SA 3.0)."
)


@dataclass(frozen=True, slots=True)
class Credit:
    """Whom to name for some products, and on which terms.

    `lines` are the attributions, each once; `licences` their licences; `terms` is a plain sentence where use is
    restricted, else empty; `citation` is how to cite the corpus.
    """

    products: tuple[str, ...]
    lines: tuple[str, ...]
    licences: tuple[str, ...]
    terms: str
    citation: str = CITATION

    @property
    def line(self) -> str:
        """All attributions in one line."""
        return " · ".join(self.lines)

    @property
    def licence(self) -> str:
        """All licences in one line."""
        return "; ".join(self.licences)

    def notice(self) -> str:
        """What is said once where a file is made."""
        return " ".join(f"{line.rstrip('.')}." for line in self.lines) + (
            f" {self.terms}" if self.terms else ""
        )


def of(corpus: Corpus, products: Sequence[str]) -> Credit:
    """Whom to name for products of a corpus (`PF-SR`, `PF-QA`, `S2-SR`, `labels`), each once."""
    names = tuple(dict.fromkeys(products))
    lines = tuple(dict.fromkeys(corpus.attribution(name) for name in names))
    licences = tuple(dict.fromkeys(corpus.license(name) for name in names))
    restricted = {"PF-SR", "PF-QA"} & set(names) and not corpus.synthetic
    return Credit(names, lines, licences, NON_COMMERCIAL if restricted else "")


def about(
    credit: Credit,
    title: str,
    *,
    sample_id: str | None = None,
    dates: Sequence[str] = (),
    shows: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What a file's metadata says, field by field, each one line of text without control characters.

    `title`, `sample_id`, `dates`, whatever `shows` has (bands, composite, stretch), `attribution`, `licence`, `terms`,
    `citation`, `software` (with its version) and `made` (UTC).
    """
    found = {"title": title}
    if sample_id:
        found["sample_id"] = sample_id
    if dates:
        found["dates"] = dates_text(dates)
    found |= shows or {}
    found |= {"attribution": credit.line, "licence": credit.licence}
    if credit.terms:
        found["terms"] = credit.terms
    found |= {"citation": credit.citation, "software": SOFTWARE, "made": _now()}
    return {name: plain(text) for name, text in found.items()}


def comment(found: Mapping[str, str]) -> str:
    """The metadata of `about` as one text, a line a field, for formats that have a single comment."""
    return "\n".join(f"{name}: {text}" for name, text in found.items())


def rights(found: Mapping[str, str]) -> str:
    """Whom to name and on which terms, of the metadata of `about`, in one line."""
    return " ".join(found[name] for name in ("attribution", "licence", "terms") if name in found)


def xmp(found: Mapping[str, str]) -> bytes:
    """The metadata of `about` as an XMP packet (ISO 16684-1): title, description, rights, source, creator tool."""
    from xml.sax.saxutils import escape

    def text(name: str, value: str) -> str:
        return (
            f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(value)}</rdf:li></rdf:Alt></dc:{name}>'
        )

    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"{text('title', found['title'])}{text('description', comment(found))}{text('rights', rights(found))}"
        f"<dc:source>{escape(found['citation'])}</dc:source>"
        f"<xmp:CreatorTool>{escape(found['software'])}</xmp:CreatorTool>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def dates_text(dates: Sequence[str]) -> str:
    """Some dates in a few words: each, or the first and last with their number."""
    if len(dates) <= 4:
        return ", ".join(dates)
    return f"{dates[0]} to {dates[-1]} ({len(dates)} dates)"


def stretch_text(recipe: Recipe, choice: StretchSpec, stretch: Stretch | None) -> str:
    """A stretch in numbers: what became black and white, band by band, and the gamma."""
    if stretch is None:
        return f"{choice}: every date by its own pixels"
    scale = REFLECTANCE_SCALE if recipe.kind in ("rgb", "band") else 1.0
    names = recipe.bands if recipe.kind in ("rgb", "band") else (recipe.text.partition(":")[2],)
    ranges = ", ".join(
        f"{name} {low * scale:.4g} to {high * scale:.4g}"
        for name, low, high in zip(names, stretch.low, stretch.high, strict=True)
    )
    unit = " (reflectance)" if scale != 1.0 else ""
    if stretch.middle is not None:
        return f"{choice}: all bands {stretch.low[0] * scale:.4g} to {stretch.high[0] * scale:.4g}{unit}, compressed above {stretch.middle * scale:.4g}, gamma {stretch.gamma:g}"
    return f"{choice}: {ranges}{unit}, gamma {stretch.gamma:g}"


def pin_text(number: int, name: str, count: int) -> str:
    """What stands at a pin: its number (from 1; `number` counts from 0) where there are several, and its name.

    >>> pin_text(1, "meadow", 3), pin_text(0, "", 1)
    ('2 meadow', '')
    """
    return " ".join(filter(None, (str(number + 1) if count > 1 else "", plain(name, 24))))


def plain(text: object, longest: int = 2000) -> str:
    """One line of text that nothing takes for a command: no control characters, no runs of spaces, bounded."""
    line = re.sub(r"\s+", " ", str(text))
    return "".join(c for c in line if c.isprintable())[:longest].strip()


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
