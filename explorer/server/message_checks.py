"""What a visitor's page may send: the messages that its own scripts send, and no others.

All of a message is checked before anything is made of it. Bokeh's own reading makes models, unpacks binary values without
a bound and sets any property; a page sends what its components declare (`Component.incoming_checks`), the sizes of its charts and the
map's ranges.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent, MessageSentEvent, ModelChangedEvent
from bokeh.events import DocumentReady
from bokeh.model import Model
from bokeh.models import Plot, Range1d
from panel.models.esm import DataEvent, ReactiveESM
from panel.models.layout import Column

from explorer.views.common.components import COMPONENTS, Allowance
from explorer.views.common.message_fields import problem

MAX_TEXT = 3_000_000
"""Characters of a message; the longest of ours is a list of 2 million characters to review."""
MAX_HEADER = 300
MAX_PARTS = 20_000
"""Brackets in a message: what each list or dictionary takes in memory is ten times its text."""
MAX_DEPTH = 12
MAX_EVENTS = 100
MAX_PULLS = 3
"""How often one connection may ask for the whole page; a browser does once."""
LARGEST = 2**53
_FAR = 1e15
_SIZE, _SCROLL = 100_000, 10_000_000
_KINDS = ("PULL-DOC-REQ", "PATCH-DOC")


class RefusedError(Exception):
    """A message that no script of ours sends; says what is wrong with it, in few words."""


class Inbox:
    """Puts the three texts of a message together and checks its form. One connection's."""

    def __init__(self) -> None:
        self._header: dict[str, Any] | None = None
        self._before_content = False
        self._pulls = 0

    def take(self, part: str | bytes) -> tuple[dict[str, Any], Any] | None:
        """Header and content of a message, with its last part. Raises `RefusedError`."""
        if not isinstance(part, str):
            raise RefusedError("a binary message")
        if self._header is None:
            self._header = _header(part)
        elif not self._before_content:
            if part != "{}":
                raise RefusedError("metadata")
            self._before_content = True
        else:
            header, self._header, self._before_content = self._header, None, False
            content = _loads(part, MAX_TEXT)
            if header["msgtype"] == "PULL-DOC-REQ":
                self._pulls += 1
                if content != {}:
                    raise RefusedError("a request with content")
                if self._pulls > MAX_PULLS:
                    raise RefusedError("asks for the page again and again")
            return header, content
        return None


def _header(part: str) -> dict[str, Any]:
    header = _loads(part, MAX_HEADER)
    if not isinstance(header, dict) or set(header) != {"msgid", "msgtype"}:
        raise RefusedError("a header that is none")
    if header["msgtype"] not in _KINDS:
        raise RefusedError(f"a message of the kind {str(header['msgtype'])[:40]!r}")
    if not isinstance(header["msgid"], str) or len(header["msgid"]) > 64:
        raise RefusedError("a header that is none")
    return header


def _loads(text: str, most: int) -> Any:
    if len(text) > most:
        raise RefusedError(f"{len(text):,} characters")
    if text.count("[") + text.count("{") > MAX_PARTS:
        raise RefusedError(f"more than {MAX_PARTS:,} parts")
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedError("no JSON") from None
    if _is_deep(found):
        raise RefusedError("too deep")
    return found


def _is_deep(found: Any) -> bool:
    """Whether lists and dictionaries lie deeper than any message of ours: Python 3.14 reads tens of thousands of levels."""
    level = [found] if isinstance(found, (dict, list)) else []
    for _ in range(3 * MAX_DEPTH):
        inner = [one.values() if isinstance(one, dict) else one for one in level]
        level = [one for values in inner for one in values if isinstance(one, (dict, list))]
        if not level:
            return False
    return True


def _no_constant(name: str) -> float:
    raise ValueError(name)


def read(content: Any, document: Document, setter: Any = None) -> list[DocumentPatchedEvent]:
    """What a page's PATCH-DOC asks for. Raises `RefusedError` for what no script of the page sends."""
    _expect(content, {"events"})
    events = content["events"]
    if not isinstance(events, list) or len(events) > MAX_EVENTS:
        raise RefusedError("events that are no list, or too many")
    found = (_event(event, document, setter) for event in events)
    return [event for event in found if event is not None]


def _event(event: Any, document: Document, setter: Any) -> DocumentPatchedEvent | None:
    kind = event.get("kind") if isinstance(event, dict) else None
    if kind == "MessageSent":
        _expect(event, {"kind", "msg_type", "msg_data"})
        if event["msg_type"] != "bokeh_event":
            raise RefusedError(f"a message of the type {str(event['msg_type'])[:40]!r}")
        said = _said(event["msg_data"], document)
        return None if said is None else MessageSentEvent(document, "bokeh_event", said, setter)
    if kind == "ModelChanged":
        _expect(event, {"kind", "model", "attr", "new"})
        return _changed(event, document, setter)
    raise RefusedError(f"an event of the kind {str(kind)[:40]!r}")


def _said(event: Any, document: Document) -> Any:
    _expect(event, {"type", "name", "values"})
    values = plain(event["values"])
    if event["type"] != "event" or not isinstance(values, dict):
        raise RefusedError("an event that is none")
    if event["name"] == "document_ready" and not values:
        return DocumentReady()
    if event["name"] != "data_event" or set(values) != {"model", "data"}:
        raise RefusedError(f"an event {str(event['name'])[:40]!r}")
    model = values["model"]
    if not isinstance(model, _Reference):
        raise RefusedError("a message to nobody")
    component, data = model.of(document), values["data"]
    if component is None:
        return None
    known = COMPONENTS.get(str(component.class_name)) if isinstance(component, ReactiveESM) else None
    if known is None:
        raise RefusedError(f"a message to {type(component).__name__}, which hears none")
    _check(known.__name__, known.incoming_checks, data)
    return DataEvent(model=component, data=data)


def _check(name: str, checks: Mapping[str, Any], data: Any) -> None:
    kind = data.get("type") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in checks:
        raise RefusedError(f"a message to {name} of the kind {str(kind)[:40]!r}")
    why = problem(checks[kind], {field: value for field, value in data.items() if field != "type"})
    if why is not None:
        raise RefusedError(f"{name}'s {kind!r} with {why}")


def _changed(event: Mapping[str, Any], document: Document, setter: Any) -> ModelChangedEvent | None:
    reference, attr, new = plain(event["model"]), event["attr"], plain(event["new"])
    if not isinstance(reference, _Reference):
        raise RefusedError("a change of nothing")
    model = reference.of(document)
    if model is None:
        return None
    known = next((names for of, names in _CHANGES.items() if isinstance(model, of)), {})
    if not isinstance(attr, str) or attr not in known:
        raise RefusedError(f"a change of {type(model).__name__}.{str(attr)[:40]}")
    if new is None:
        return None  # no number: a range that is not known yet
    least, most, whole = known[attr]
    if isinstance(new, bool) or not isinstance(new, (int, float)) or not least <= new <= most:
        raise RefusedError(f"a change of {type(model).__name__}.{attr} to what it cannot be")
    return ModelChangedEvent(document, model, attr, round(new) if whole else new, setter)


_CHANGES: dict[type[Model], dict[str, tuple[float, float, bool]]] = {
    Plot: dict.fromkeys(("inner_width", "inner_height", "outer_width", "outer_height"), (0, _SIZE, True)),
    Range1d: dict.fromkeys(("start", "end"), (-_FAR, _FAR, False)),
    Column: {"scroll_position": (0, _SCROLL, True)},
}
"""What a browser changes of models by itself: least, most, and whether in whole numbers."""


class _Reference:
    """Names a model of the page."""

    def __init__(self, name: str) -> None:
        self._name = ID(name)

    def of(self, document: Document) -> Model | None:
        """The model; None where it was one of the page until a moment ago. Raises `RefusedError` where it never was."""
        model = document.models.get_by_id(self._name)
        if model is None and not document.models.seen(self._name):
            raise RefusedError("a model that this page never had")
        return model


def _expect(value: Any, names: set[str]) -> None:
    if not isinstance(value, dict) or set(value) != names:
        raise RefusedError(f"something other than {', '.join(sorted(names))}")


def plain(value: Any, depth: int = 0) -> Any:
    """A value out of Bokeh's encoding: texts, finite numbers, None, lists and dictionaries, and references to models.

    What is no number (NaN, infinity) is None. Raises `RefusedError` for all else that the encoding knows: binary values, arrays, new models.
    """
    if depth > MAX_DEPTH:
        raise RefusedError("parts nested too deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, (int, float)):
        if not math.isfinite(value) or (isinstance(value, int) and abs(value) > LARGEST):
            raise RefusedError("a number out of all bounds")
        return value
    if isinstance(value, list):
        return [plain(one, depth + 1) for one in value]
    return _of_object(value, depth)


def _of_object(value: dict[str, Any], depth: int) -> Any:
    kind = value.get("type")
    if kind == "map" and set(value) <= {"type", "entries"}:
        found: dict[str, Any] = {}
        entries = value.get("entries", [])
        for entry in entries if isinstance(entries, list) else [None]:
            if (
                not isinstance(entry, list)
                or len(entry) != 2
                or not isinstance(entry[0], str)
                or entry[0] in found
            ):
                raise RefusedError("a map that is none")
            found[_clean(entry[0])] = plain(entry[1], depth + 1)
        return found
    if kind == "number" and set(value) == {"type", "value"} and value["value"] in ("nan", "+inf", "-inf"):
        return None
    if set(value) == {"id"} and isinstance(value["id"], str):
        return _Reference(value["id"])
    raise RefusedError(f"a value of the type {str(kind)[:40]!r}")


def _clean(text: str) -> str:
    """Without what no file, database or log takes: halves of characters, and the character 0."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "\ufffd") if "\0" in text else text


class Pace:
    """How much of the event loop one connection may take: `AT_ONCE` seconds, and `SHARE` of all time.

    Who takes more waits: what it sends stays in its own browser meanwhile.
    """

    AT_ONCE, SHARE = 2.0, 0.25
    LEAST = 0.001
    """Seconds that a message costs at least."""
    A_CHARACTER = 5e-8
    A_PAGE = 0.3
    """Seconds that it costs to send the whole page."""

    def __init__(self) -> None:
        self._seconds = Allowance(self.AT_ONCE, self.SHARE)

    def pay(self, seconds: float) -> float:
        """Take so much of it; seconds to wait until that is made up for."""
        return self._seconds.take(seconds)
