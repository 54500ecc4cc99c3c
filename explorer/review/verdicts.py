"""The verdict as a value (`records.py` keeps it): what one reviewer says of one sample's label, with all that is needed to look again."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Any

from explorer.core import corine
from explorer.core.errors import InvalidVerdictError, UnknownClassError

JUDGEMENTS = ("correct", "wrong", "unsure")
KINDS = ("verdict", "adjudication", "retraction")
"""An adjudication decides among reviewers; a retraction takes the row back that it `supersedes`."""
ACTIONS = ("accept", "reject", "set", "add")
CONFIDENCES = (1, 2, 3, 4, 5)
"""From a guess to certain."""
EARLIEST = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
"""Before it there was no picture of Sentinel-2 to judge a label by."""

_LONGEST = {"comment": 10_000, "evidence": 4_000, "queue": 1_000, "stratum": 200, "reviewer": 80, "id": 64}
_ONE_LINE = ("evidence", "queue", "stratum", "reviewer", "id")


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a reviewer says of one class of a fractional label.

    `accept` and `reject` speak of a fraction that is there; `set` and `add` give one (0 to 1).
    """

    code: int
    action: str
    fraction: float | None = None

    def __post_init__(self) -> None:
        """Check the values. Raises `InvalidVerdictError`, `UnknownClassError`."""
        object.__setattr__(self, "code", _code(self.code, 3))
        if self.action not in ACTIONS:
            raise InvalidVerdictError("action", self.action, f"one of {', '.join(ACTIONS)}")
        gives = self.action in ("set", "add")
        if not gives and self.fraction is not None:
            raise InvalidVerdictError(
                "fraction", self.fraction, f"none: {self.action} keeps or drops a class"
            )
        if gives:
            wanted = f"from 0 to 1, since {self.action} gives class {self.code} a fraction"
            object.__setattr__(self, "fraction", _number("fraction", self.fraction, wanted))


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row of the records. What `Records.add` fills in itself may be left out.

    Raises `InvalidVerdictError` or `UnknownClassError` where a value is not what it should be.
    """

    sample_id: str
    reviewer: str
    judgement: str
    """`correct`, `wrong` or `unsure`; empty for a retraction."""
    suggested: int | None = None
    """The class that the reviewer sees instead: a code of any level."""
    adjustments: tuple[Adjustment, ...] = ()
    confidence: int | None = None
    """1 (a guess) to 5 (certain)."""
    comment: str = ""
    evidence: str = ""
    """What was looked at, as the query of a link: date, pixels, view."""
    queue: str = ""
    """The text of the queue that the sample came from."""
    stratum: str = ""
    probability: float | None = None
    """With which the sample was drawn, above 0 to 1; none where it was chosen."""
    kind: str = "verdict"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """Given by who sends it, so that what is sent twice is kept once."""
    supersedes: str | None = None
    time: dt.datetime | None = None
    """UTC; filled in when it is kept."""
    label: tuple[tuple[int, float], ...] | None = None
    """The label that was judged: level-3 codes and fractions, largest first; filled in when it is kept."""
    corpus: str = ""
    corpus_version: str = ""
    app_version: str = ""
    blind: bool | None = None
    """Whether the label was hidden when the verdict was given; None where that is not known."""

    def __post_init__(self) -> None:
        """Check and normalise every value."""
        for name in ("sample_id", "comment", *_ONE_LINE):
            _check_text(name, getattr(self, name))
        object.__setattr__(self, "reviewer", reviewer_name(self.reviewer))
        if not self.id:
            raise InvalidVerdictError("id", self.id, "a text of 1 to 64 characters, such as a UUID")
        if self.kind not in KINDS:
            raise InvalidVerdictError("kind", self.kind, f"one of {', '.join(KINDS)}")
        self._check_kind()
        if self.suggested is not None:
            object.__setattr__(self, "suggested", _code(self.suggested))
        object.__setattr__(self, "adjustments", tuple(self.adjustments))
        codes = [one.code for one in self.adjustments]
        if len(set(codes)) < len(codes):
            raise InvalidVerdictError("adjustments", codes, "each class once")
        if self.confidence is not None and not _is_one_of(self.confidence, CONFIDENCES):
            raise InvalidVerdictError("confidence", self.confidence, "a whole number from 1 to 5, or nothing")
        if self.confidence is not None:
            object.__setattr__(self, "confidence", int(self.confidence))
        if self.probability is not None:
            found = _number("probability", self.probability, "above 0, to 1")
            if found == 0:
                raise InvalidVerdictError("probability", self.probability, "above 0, to 1")
            object.__setattr__(self, "probability", found)
        if self.blind is not None and not isinstance(self.blind, bool):
            raise InvalidVerdictError("blind", self.blind, "true or false, or nothing")
        if self.time is not None:
            if self.time.tzinfo is None:
                raise InvalidVerdictError("time", self.time, "a time with its zone")
            object.__setattr__(self, "time", self.time.astimezone(dt.UTC))
        if self.label is not None:
            object.__setattr__(self, "label", label_of(dict(self.label)))

    def _check_kind(self) -> None:
        if self.kind == "retraction":
            if self.judgement or not self.supersedes:
                raise InvalidVerdictError("kind", self.kind, "with no judgement, and the id it supersedes")
        elif self.judgement not in JUDGEMENTS:
            raise InvalidVerdictError("judgement", self.judgement, f"one of {', '.join(JUDGEMENTS)}")
        elif self.supersedes is not None:
            raise InvalidVerdictError("supersedes", self.supersedes, "given for a retraction only")

    @property
    def content(self) -> tuple[Any, ...]:
        """What the reviewer said, without what is filled in when it is kept: equal for the same thing sent twice."""
        return (
            self.sample_id, self.reviewer, self.judgement, self.suggested, self.adjustments, self.confidence,
            self.comment, self.evidence, self.queue, self.stratum, self.probability, self.kind, self.supersedes,
            self.blind,
        )  # fmt: skip

    def reference(self) -> dict[int, float]:
        """What the reviewer says is there: level-3 code -> fraction, the label with the adjustments applied.

        Empty where no label was judged and nothing was added.
        """
        found = dict(self.label or ())
        for one in self.adjustments:
            if one.action == "reject":
                found.pop(one.code, None)
            elif one.fraction is not None:
                found[one.code] = one.fraction
        return {code: value for code, value in found.items() if value > 0}

    def reference_class(self, level: int = 3) -> int | None:
        """The largest class that the reviewer says is there, on a level; None where the verdict does not tell.

        The suggested class counts first; else the adjusted fractions; else, if the label is correct, the label's own.
        A suggestion above `level` (31 where 311 is asked) does not tell.
        """
        if self.judgement not in ("correct", "wrong"):
            return None
        if self.suggested is not None:
            return self.suggested // 10**shift if (shift := len(str(self.suggested)) - level) >= 0 else None
        if self.judgement == "wrong" and not self.adjustments:
            return None
        found = self.reference()
        main = largest(found, level)
        # What was rejected, with nothing in its place, may be the larger part.
        open_part = sum(value for _, value in self.label or ()) - sum(found.values())
        share = sum(value for code, value in found.items() if corine.parent(code, level) == main)
        return main if main is not None and share >= open_part - 1e-9 else None

    def kept(self, **filled: Any) -> Verdict:
        """The same verdict with values filled in."""
        return replace(self, **filled)


def largest(fractions: Mapping[int, float], level: int = 3) -> int | None:
    """The class with the largest summed fraction on a level, of equal ones the lowest code; None without any."""
    sums: dict[int, float] = {}
    for code, value in fractions.items():
        above = corine.parent(code, level)
        sums[above] = sums.get(above, 0.0) + value
    return min(sums, key=lambda code: (-sums[code], code)) if sums else None


def judgement_of_seen(seen: Mapping[int, float], label: Mapping[int, float], level: int = 3) -> str:
    """What a blind reviewer's classes say of a label: `correct` where the largest that was seen is the label's largest, else `wrong`.

    Level-3 code -> fraction each. Where several are largest alike (two halves), any of the one among those of the other is enough.
    A label or a sight without any class is `wrong`.
    >>> judgement_of_seen({311: 0.7, 211: 0.3}, {311: 0.5, 312: 0.5})
    'correct'
    """
    return "correct" if _all_largest(seen, level) & _all_largest(label, level) else "wrong"


def adjustments_of_seen(seen: Mapping[int, float], label: Mapping[int, float]) -> list[Adjustment]:
    """What a blind reviewer's classes and fractions (level-3 code -> fraction) change of a label."""
    gone = [Adjustment(code, "reject") for code in label if code not in seen]
    return gone + [Adjustment(code, "set" if code in label else "add", share) for code, share in seen.items()]


def _all_largest(fractions: Mapping[int, float], level: int) -> set[int]:
    sums: dict[int, float] = {}
    for code, value in fractions.items():
        above = corine.parent(code, level)
        sums[above] = sums.get(above, 0.0) + value
    most = max(sums.values(), default=0.0)
    return {code for code, value in sums.items() if value >= most - 1e-6 and value > 0}


def label_of(fractions: Mapping[int, float]) -> tuple[tuple[int, float], ...]:
    """Fractions as a verdict keeps them: largest first, without zeros. Raises `InvalidVerdictError`."""
    checked = {
        _code(code, 3): _number(f"label of {code}", value, "from 0 to 1") for code, value in fractions.items()
    }
    return tuple(
        (code, value) for code, value in sorted(checked.items(), key=lambda p: (-p[1], p[0])) if value > 0
    )


_JOINERS = "\u200c\u200d"
"""Zero width (non-)joiners: Persian, Sinhala and other scripts spell names with them. `str.isprintable` refuses them."""


def reviewer_name(name: object) -> str:
    """A reviewer's name, without blanks around it. Raises `InvalidVerdictError` for an empty or long one.

    Letters with accents are one character (NFC), however a keyboard or a file writes them. Joiners count only between letters: elsewhere they would make two names of what looks like one.
    """
    text = (
        unicodedata.normalize("NFC", name[:1000]).strip().strip(_JOINERS).strip()
        if isinstance(name, str)
        else ""
    )
    bare = "".join(c for c in text if c not in _JOINERS)
    misplaced = any(
        c in _JOINERS and not all(unicodedata.category(one)[0] in "LMS" for one in text[i - 1] + text[i + 1])
        for i, c in enumerate(text)
    )
    if not bare or len(text) > _LONGEST["reviewer"] or not bare.isprintable() or misplaced:
        raise InvalidVerdictError("reviewer", name, "a name of 1 to 80 characters on one line")
    return text


def adjustments_text(adjustments: Iterable[Adjustment]) -> str:
    """As records and files keep them: `211:accept 311:set:0.4`."""
    return " ".join(
        f"{one.code}:{one.action}" + ("" if one.fraction is None else f":{one.fraction!r}")
        for one in adjustments
    )


def read_adjustments(text: str) -> tuple[Adjustment, ...]:
    """From `adjustments_text`. Raises `InvalidVerdictError`, `UnknownClassError`."""
    found = []
    for part in text.split():
        code, _, rest = part.partition(":")
        action, _, fraction = rest.partition(":")
        try:
            found.append(Adjustment(_code(code, 3), action, float(fraction) if fraction else None))
        except (ValueError, UnknownClassError) as error:
            if isinstance(error, InvalidVerdictError):
                raise
            raise InvalidVerdictError(
                "adjustments", part, "code:action, as 211:accept or 311:set:0.4"
            ) from None
    return tuple(found)


def label_text(label: tuple[tuple[int, float], ...] | None) -> str:
    """As records and files keep it: `{"211": 0.6, "311": 0.4}`; empty where it is not known."""
    return "" if label is None else json.dumps({str(code): value for code, value in label})


def read_label(text: str) -> tuple[tuple[int, float], ...] | None:
    """From `label_text`. Raises `InvalidVerdictError`, `UnknownClassError`."""
    if not text:
        return None
    try:
        found = json.loads(text)
        return label_of({int(code): value for code, value in found.items()})
    except (ValueError, AttributeError, RecursionError) as error:
        if isinstance(error, InvalidVerdictError):
            raise
        raise InvalidVerdictError("label", text, 'fractions by code, as {"211": 0.6}') from None


def time_text(time: dt.datetime | None) -> str:
    """UTC as `2026-03-01T10:30:00.000000Z`: as text it sorts as time does."""
    if time is None:
        return ""
    return time.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def latest() -> dt.datetime:
    """Until when a verdict may say that it was given: a day from now, for clocks that are not set well."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


def check_time(time: dt.datetime) -> dt.datetime:
    """The time itself. Raises `InvalidVerdictError` for one at which no verdict can have been given."""
    last = latest()
    if not EARLIEST <= time <= last:
        wanted = f"from {EARLIEST:%Y-%m-%d} to {last:%Y-%m-%d %H:%M} UTC; correct it, or leave it empty, which stands for now"
        raise InvalidVerdictError("time", time_text(time), wanted)
    return time


def read_time(text: str) -> dt.datetime | None:
    """From `time_text`, or any ISO time with a zone. Raises `InvalidVerdictError`."""
    if not text:
        return None
    try:
        time = dt.datetime.fromisoformat(text)
        if time.tzinfo is None:
            raise ValueError
        return time.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise InvalidVerdictError("time", text, "a time with its zone, as 2026-03-01T10:30:00Z") from None


def _code(code: object, level: int | None = None) -> int:
    """A code of any level, or of one, as int. Raises `UnknownClassError`."""
    if isinstance(code, bool) or not isinstance(code, (Integral, str)) or not str(code).isdecimal():
        raise UnknownClassError(str(code)[:60], level)
    found = corine.land_cover(int(code))
    if not found.code or (level and found.level != level):
        raise UnknownClassError(int(code), level)
    return found.code


def _is_one_of(value: object, whole: tuple[int, ...]) -> bool:
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) in whole


def _number(name: str, value: object, wanted: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) <= 1:
        raise InvalidVerdictError(name, value, wanted)
    return float(value)


def _check_text(name: str, text: object) -> None:
    most = _LONGEST.get(name, 100)
    if not isinstance(text, str) or len(text) > most:
        raise InvalidVerdictError(name, text, f"a text of at most {most:,} characters")
    # NUL: PostgreSQL cannot keep it. Half a surrogate pair is in no file.
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise InvalidVerdictError(name, text, "a text without NUL and broken characters")
    if name in _ONE_LINE and any(c in text for c in "\r\n"):
        raise InvalidVerdictError(name, text, "a text on one line")
