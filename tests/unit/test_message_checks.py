"""What a page may send: its scripts' messages, whole and bounded; all else is refused before anything is made of it."""

from __future__ import annotations

import json
import re
import threading
import time
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.model import DataModel
from bokeh.models import Div, Plot, Range1d
from panel.models.esm import ReactiveESM
from panel.models.layout import Column

import explorer.app  # noqa: F401  all components are known by then
from explorer.server import message_checks
from explorer.server.message_checks import Inbox, Pace, RefusedError, read
from explorer.views.common import components
from explorer.views.common.components import COMPONENTS, Jobs, SessionScheduler, bundle
from explorer.views.page.head import Head
from tests import scripts
from tests.talk import until
from tests.visitors import encoded

HEADER = {"msgid": "1", "msgtype": "PATCH-DOC"}


@pytest.fixture
def document() -> Document:
    document = Document()
    for name in ("Head", "MapTools", "ReviewPanel"):
        document.add_root(ReactiveESM(class_name=name, name=name, data=DataModel()))
    document.add_root(Plot(name="chart", x_range=Range1d(name="range", start=0, end=1), y_range=Range1d()))
    document.add_root(Column(name="column"))
    document.add_root(Div(name="div"))
    return document


def reference(document: Document, name: str) -> dict[str, str]:
    model: Any = document.get_model_by_name(name)
    return {"id": model.id}


def said(document: Document, name: str, **data: Any) -> dict[str, Any]:
    values = {"type": "map", "entries": [["model", reference(document, name)], ["data", encoded(data)]]}
    return {
        "kind": "MessageSent",
        "msg_type": "bokeh_event",
        "msg_data": {"type": "event", "name": "data_event", "values": values},
    }


def changed(document: Document, name: str, attr: str, new: Any) -> dict[str, Any]:
    return {"kind": "ModelChanged", "model": reference(document, name), "attr": attr, "new": new}


def test_what_a_page_sends_is_read_as_it_was_said(document: Document) -> None:
    ready = {"type": "event", "name": "document_ready", "values": {"type": "map"}}
    events: list[Any] = read(
        {
            "events": [
                said(document, "Head", type="ready"),
                said(
                    document,
                    "MapTools",
                    type="filter",
                    values={"countries": ["France"], "purity": None},
                    number=3,
                ),
                changed(document, "chart", "inner_width", 470),
                changed(document, "range", "start", -12.5),
                changed(document, "column", "scroll_position", 40),
                {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": ready},
            ]
        },
        document,
    )
    assert [type(event).__name__ for event in events] == ["MessageSentEvent"] * 2 + [
        "ModelChangedEvent"
    ] * 3 + ["MessageSentEvent"]
    assert events[1].msg_data.data == {
        "type": "filter", "values": {"countries": ["France"], "purity": None}, "number": 3
    }  # fmt: skip
    assert [(event.attr, event.new) for event in events[2:5]] == [
        ("inner_width", 470), ("start", -12.5), ("scroll_position", 40),
    ]  # fmt: skip


def test_what_is_no_number_says_nothing(document: Document) -> None:
    nan = {"type": "number", "value": "nan"}
    asked = said(document, "ReviewPanel", type="forecast", count=0)
    asked["msg_data"]["values"]["entries"][1][1]["entries"][1][1] = nan
    events: list[Any] = read({"events": [asked, changed(document, "range", "end", nan)]}, document)
    assert [event.msg_data.data for event in events] == [{"type": "forecast", "count": None}]


def test_a_message_to_what_was_there_a_moment_ago_is_dropped(document: Document) -> None:
    event = said(document, "Head", type="ready")
    document.remove_root(document.get_model_by_name("Head"))
    assert read({"events": [event]}, document) == []


def deep(levels: int) -> Any:
    return [deep(levels - 1)] if levels else []


BOMB = {"type": "bytes", "data": "H4sIAAAAAAAAA0s="}
WRONG: dict[str, Any] = {
    "an unknown kind": lambda d: said(d, "Head", type="evil"),
    "no kind": lambda d: said(d, "Head"),
    "again, which is ours to tell": lambda d: said(d, "Head", type="again"),
    "an unknown field": lambda d: said(d, "Head", type="go", evil=1),
    "a field too long": lambda d: said(d, "Head", type="go", text="x" * 201),
    "a field of another kind": lambda d: said(d, "Head", type="go", text=[1]),
    "a number out of bounds": lambda d: said(d, "MapTools", type="tap", x=10**300, y=1),
    "countries without end": lambda d: said(d, "MapTools", type="filter", values={"countries": ["France"] * 301}),
    "an unknown filter": lambda d: said(d, "MapTools", type="filter", values={"evil": 1}),
    "bytes in a field": lambda d: said(d, "Head", type="go") | {"msg_data": BOMB},
    "depth": lambda d: changed(d, "range", "start", deep(40)),
    "bytes": lambda d: changed(d, "div", "text", BOMB),
    "a text": lambda d: changed(d, "div", "text", "x"),
    "bytes for a number": lambda d: changed(d, "range", "start", BOMB),
    "an array": lambda d: changed(d, "range", "start", {"type": "ndarray", "array": BOMB, "order": "little", "dtype": "uint8", "shape": [1]}),
    "a slice": lambda d: changed(d, "range", "start", {"type": "slice", "start": 0, "stop": 1, "step": 1}),
    "a new model": lambda d: changed(d, "range", "start", {"type": "object", "name": "Div", "id": "new"}),
    "a reference": lambda d: changed(d, "range", "start", reference(d, "div")),
    "too large a number": lambda d: changed(d, "chart", "inner_width", 10**9),
    "a truth for a number": lambda d: changed(d, "chart", "inner_width", True),
    "another property": lambda d: changed(d, "chart", "name", 1),
    "a component's script": lambda d: changed(d, "Head", "esm", "alert()"),
    "an unknown model": lambda d: changed(d, "range", "start", 1) | {"model": {"id": "p99999"}},
    "a model that is no text": lambda d: changed(d, "range", "start", 1) | {"model": {"id": ["p1"]}},
    "no model": lambda d: changed(d, "range", "start", 1) | {"model": None},
    "a message to a chart": lambda d: said(d, "chart", type="ready"),
    "a title": lambda d: {"kind": "TitleChanged", "title": "x"},
    "a root": lambda d: {"kind": "RootAdded", "model": reference(d, "div")},
    "data": lambda d: {"kind": "ColumnDataChanged", "model": reference(d, "div"), "attr": "data", "data": {}, "cols": None},
    "an event of a button": lambda d: {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": {"type": "event", "name": "button_click", "values": {"type": "map", "entries": [["model", reference(d, "div")]]}}},
    "another type": lambda d: said(d, "Head", type="ready") | {"msg_type": "evil"},
    "more parts": lambda d: said(d, "Head", type="ready") | {"evil": 1},
    "no event": lambda d: 7,
    "twice the same key": lambda d: changed(d, "range", "start", {"type": "map", "entries": [["a", 1], ["a", 2]]}),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_no_script_sends_is_refused(document: Document, name: str) -> None:
    good = changed(document, "range", "start", 0.5)
    with pytest.raises(RefusedError) as error:
        read({"events": [good, WRONG[name](document)]}, document)
    assert len(str(error.value)) < 200
    assert document.get_model_by_name("range").start == 0  # what came with it is not done either


@pytest.mark.parametrize(
    "content", [None, [], {}, {"events": 1}, {"events": [], "references": []}, {"events": [{}] * 101}]
)
def test_what_has_not_the_form_of_changes_is_refused(document: Document, content: Any) -> None:
    with pytest.raises(RefusedError):
        read(content, document)


def take(*texts: Any) -> Any:
    inbox = Inbox()
    return [inbox.take(text if isinstance(text, (str, bytes)) else json.dumps(text)) for text in texts]


def test_three_texts_are_a_message() -> None:
    pull = {"msgid": "2", "msgtype": "PULL-DOC-REQ"}
    assert take(HEADER, {}, {"events": []}, pull, {}, {}) == [
        None, None, (HEADER, {"events": []}), None, None, (pull, {}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "texts",
    [
        [b"{}"],
        [HEADER | {"num_buffers": 10**9}],
        [HEADER | {"num_buffers": 0}],
        [HEADER | {"msgtype": "PUSH-DOC"}],
        [HEADER | {"msgtype": "SERVER-INFO-REQ"}],
        [HEADER | {"msgtype": ["PATCH-DOC"]}],
        [HEADER | {"msgid": "x" * 65}],
        [HEADER | {"msgid": 1}],
        ["[]"],
        ["x" * 301],
        ["["],
        [HEADER, {"a": 1}],
        [HEADER, {}, b"{}"],
        [HEADER, {}, "NaN"],
        [HEADER, {}, "[" * 19_000],
        [HEADER, {}, "[" * 19_000 + "]" * 19_000],
        [HEADER, {}, "[[],[],"],
        [HEADER, {}, "[" + "[]," * 20_001 + "0]"],
        [HEADER, {}, '"' + "x" * message_checks.MAX_TEXT + '"'],
        [HEADER, {}, "1" * 5000],
        [{"msgid": "2", "msgtype": "PULL-DOC-REQ"}, {}, {"events": []}],
        [{"msgid": "2", "msgtype": "PULL-DOC-REQ"}, {}, {}] * 4,
    ],
)
def test_a_message_of_another_form_is_refused_soon(texts: list[Any]) -> None:
    began = time.process_time()
    with pytest.raises(RefusedError):
        take(*texts)
    assert time.process_time() - began < 0.5


def test_halves_of_characters_and_the_character_0_do_not_come_in() -> None:
    assert message_checks.plain("a\ud800b\0c ä 😀") == "a?b\ufffdc ä 😀"


def test_infinite_and_endless_numbers_are_refused() -> None:
    for text in ("1e999", "-1e999", "9" * 300):
        with pytest.raises(RefusedError):
            message_checks.plain(json.loads(text))


# --- the table -----------------------------------------------------------------------------------------------------


def script_of(name: str) -> str:
    return scripts.with_imports(scripts.COMPONENT_FILES[name])


def test_the_bundle_has_each_component_and_no_other() -> None:
    assert set(scripts.COMPONENT_FILES) == set(COMPONENTS)
    listed = re.search(r"export \{\s*(\w+) as default", bundle())
    assert listed is not None
    names = re.search(rf"var {listed[1]} = \{{(.*?)\n\}};", bundle(), re.DOTALL)
    assert names is not None
    assert set(re.findall(r"^  (\w+)", names[1], re.MULTILINE)) == set(COMPONENTS)


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_a_component_hears_what_its_script_sends_and_nothing_else(name: str) -> None:
    component, script = COMPONENTS[name], script_of(name)
    sent = set(re.findall(r'(?:send_msg|send|go)\(\{\s*type: "([\w-]+)"', script))
    assert sent <= set(component.incoming_checks), "a script sends what its component does not declare"
    # Some kinds are handed through a helper by their name.
    assert all(f'"{kind}"' in script for kind in component.incoming_checks), (
        "a component declares what no script sends"
    )


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_fields_that_are_declared_are_named_in_the_script(name: str) -> None:
    script = script_of(name)
    for kind, fields in COMPONENTS[name].incoming_checks.items():
        assert [field for field in fields if not re.search(rf"\b{field}\b", script)] == [], kind


# --- threads and time -----------------------------------------------------------------------------------------------


def test_a_session_has_two_threads_at_once_and_another_one_does_not_wait_behind_it() -> None:
    greedy, other = Jobs(), Jobs()
    gate, running, most = threading.Event(), [0], [0]
    lock = threading.Lock()

    def hold() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(20)
        with lock:
            running[0] -= 1

    futures = [greedy.submit(hold) for _ in range(40)]
    until(lambda: running[0] == components.MAX_JOBS_AT_ONCE)
    assert greedy.waiting == 40 - components.MAX_JOBS_AT_ONCE
    assert other.submit(lambda: "at once").result(5) == "at once"
    gate.set()
    assert [future.result(20) for future in futures] == [None] * 40
    assert most[0] == components.MAX_JOBS_AT_ONCE


def test_jobs_run_in_their_order_tell_their_errors_and_are_dropped() -> None:
    jobs, done, gate = Jobs(), [], threading.Event()
    holders = [jobs.submit(gate.wait, 20) for _ in range(components.MAX_JOBS_AT_ONCE)]
    futures = [jobs.submit(done.append, i) for i in range(5)]
    failing = jobs.submit(lambda: 1 / 0)
    gate.set()
    for future in (*holders, *futures):
        future.result(20)
    assert isinstance(failing.exception(20), ZeroDivisionError)
    assert sorted(done) == list(range(5))
    gate.clear()
    holders = [jobs.submit(gate.wait, 20) for _ in range(components.MAX_JOBS_AT_ONCE)]
    dropped = jobs.submit(done.append, 7)
    jobs.drop()
    gate.set()
    assert dropped.cancelled()
    assert jobs.submit(lambda: 8).result(20) == 8
    assert 7 not in done


def test_who_takes_more_than_their_part_of_the_loop_waits_and_who_drags_a_slider_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    pace = Pace()
    for _ in range(6000):  # a minute of a hundred a second
        now[0] += 0.01
        assert pace.pay(2 * Pace.LEAST) == 0
    waits = [pace.pay(0.5) for _ in range(6)]
    assert waits[0] == 0
    assert waits[-1] > 1
    now[0] += 3600
    assert pace.pay(0.5) == 0


def test_what_waits_for_a_browser_that_is_never_ready_is_bounded_and_told_anew_when_it_is() -> None:
    loop = SessionScheduler()
    head, heard = Head(loop, bus="x"), []
    head.on = {"again": lambda _data: heard.append("again"), "ready": lambda _data: heard.append("ready")}
    for _ in range(components.MAX_OUTBOX):  # made before the browser has the page: as much as it takes
        head.send("x")
    head.send("x")
    assert len(head._outbox) == components.MAX_OUTBOX + 1
    loop.joined = True
    head.send("x")
    assert head._outbox == []
    for _ in range(10):
        head.send("frames", bytes=bytes(components.MAX_OUTBOX_BYTES // 4))
        assert len(head._outbox) <= 4
    head._handle_msg({"type": "ready"})
    assert heard == ["again"]


def test_a_session_that_causes_failures_without_end_does_not_fill_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    loop = SessionScheduler()
    for _ in range(100):
        with loop.reporting():
            raise ZeroDivisionError
    told = [record for record in caplog.records if record.name == "explorer"]
    assert len(told) == components.MAX_TOLD
    assert told[0].exc_info is not None
    assert "no more is logged" in told[-1].getMessage()
