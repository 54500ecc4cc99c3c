"""Messages between page and server: each is declared once, sent by somebody and handled by somebody, in both directions."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict, get_args

import pytest

import explorer
import explorer.app  # all components are known by then
from explorer import Corpus, Explorer
from explorer.corpus.query.filters import Filters
from explorer.views.common.components import COMPONENTS, Component, SessionScheduler
from explorer.views.common.message_fields import Most, Number, Word, check_of
from explorer.views.common.messages import FromBrowser, ToBrowser, checks_of, fields_of
from explorer.views.map.messages import FilterName
from tests import corpora, scripts
from tests.scripts.message_types import Types
from tests.talk import sent, until

ROOT = Path(explorer.__file__).parent
DECLARED = sorted(COMPONENTS)


def told(name: str) -> dict[str, Any]:
    """The messages to a component's script."""
    script: Any = COMPONENTS[name]
    return fields_of(type(script.script))


@pytest.fixture(scope="module")
def calls() -> dict[str, list[ast.Attribute]]:
    """All attributes that are read in a module of the package, by its path."""
    return {
        path.relative_to(ROOT).as_posix(): [
            node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)
        ]
        for path in ROOT.rglob("*.py")
    }


def test_every_component_declares_its_messages() -> None:
    assert [name for name, component in COMPONENTS.items() if not hasattr(component, "script")] == []


def test_messages_are_sent_by_their_methods_alone(calls: dict[str, list[ast.Attribute]]) -> None:
    """`send` itself takes any kind and any field."""
    senders = {
        path for path, nodes in calls.items() for node in nodes if node.attr == "send" and path.startswith("views")
    }  # fmt: skip
    assert senders == {"views/common/components.py", "views/common/messages.py"}


@pytest.mark.parametrize("name", DECLARED)
def test_each_message_to_a_script_is_sent_by_its_panel(
    name: str, calls: dict[str, list[ast.Attribute]]
) -> None:
    folder = COMPONENTS[name].__module__.rpartition(".")[0].removeprefix("explorer.").replace(".", "/")
    called = {
        node.attr
        for path, nodes in calls.items()
        if path.startswith(f"{folder}/") or path in ("app.py", "views/common/file_making.py")
        for node in nodes
        if isinstance(node.value, ast.Attribute) and node.value.attr in ("script", "_script")
    }
    numbered = any("number" in fields for fields in COMPONENTS[name].incoming_checks.values())
    assert ("acknowledged" in told(name)) == numbered, "who numbers messages hears which were heard"
    assert set(told(name)) - {"acknowledged"} - called == set()


@pytest.mark.parametrize("name", DECLARED)
def test_each_message_to_a_script_has_its_handler_and_no_other(name: str) -> None:
    """`tsc` holds it too, and that the fields are there."""
    text = scripts.COMPONENT_FILES[name].read_text(encoding="utf-8")
    handlers = text.partition("\n  listen(model, {\n")[2].partition("\n  })\n")[0]
    assert set(re.findall(r"^    (?:async )?(\w+)(?=\(|:|,$)", handlers, re.MULTILINE)) == set(told(name))


def test_each_message_of_a_script_is_handled_and_what_is_sent_is_whole(
    tiny_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Component] = []
    init = Component.__init__

    def noted(self: Component, *args: Any, **named: Any) -> None:
        init(self, *args, **named)
        made.append(self)

    monkeypatch.setattr(Component, "__init__", noted)
    page = Explorer(tiny_corpus, f"?sample={corpora.FULL}")
    try:
        until(lambda: sent(page._animation.player, "frames") and sent(page._bands.grid, "pictures"))
        assert {type(one).__name__ for one in made} == set(COMPONENTS)
        for one in made:
            assert set(one.on) - {"again", "ready"} == set(one.incoming_checks) - {"ready"}, type(
                one
            ).__name__
        for one in made:
            for message in one._outbox if hasattr(type(one), "script") else ():
                fields = told(type(one).__name__)[message["type"]]
                needed = {name for name, field in fields.items() if not field.optional}
                assert needed <= set(message) - {"type"} <= set(fields), message["type"]
    finally:
        page.close()


# --- the schema itself -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    title: str


class Cell(TypedDict):
    row: Number
    name: Word


class ToPart(ToBrowser):
    def keys(self, *, keys: list[Key], first: Key | None = None, text: str = "none") -> None: ...


class FromPart(FromBrowser):
    def cells(self, *, cells: Annotated[list[Cell], Most(2)], on: bool = False) -> None: ...


class Part(Component):
    _esm = "export function render() {}"
    script = ToPart()
    from_script = FromPart


del COMPONENTS["Part"]  # no component of the page


def test_a_default_is_sent_and_dataclasses_are_dictionaries() -> None:
    part = Part(SessionScheduler())
    part.script.keys(keys=[Key("a"), Key("b")])
    part.script.keys(keys=[], first=Key("c"), text="")
    assert part._outbox == [
        {"type": "keys", "keys": [{"title": "a"}, {"title": "b"}], "first": None, "text": "none"},
        {"type": "keys", "keys": [], "first": {"title": "c"}, "text": ""},
    ]


def test_what_a_script_says_is_bounded_by_its_types() -> None:
    assert set(Part.incoming_checks) == {"cells", "ready"}
    check = Part.incoming_checks["cells"]["cells"]
    assert check([])
    assert check([{"row": 1.5, "name": "x" * 200}, {"row": None}])
    for wrong in ([{}] * 3, [{"row": "1"}], [{"row": True}], [{"name": "x" * 201}], [{"other": 1}], {}, "x"):
        assert not check(wrong), wrong
    assert check_of(Number | Word | None)(None)


@pytest.mark.parametrize("kind", [str, list[Number], dict[str, Number], Any, bytes])
def test_a_field_without_a_bound_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError, match="no bound"):
        check_of(kind)


def test_filters_by_their_names_are_those_there_are() -> None:
    assert set(get_args(FilterName)) == set(Filters.__dataclass_fields__)
    assert checks_of(FromBrowser) == {"ready": {}}


def test_two_kinds_of_content_with_one_name_are_refused() -> None:
    types, other = Types(), TypedDict("Cell", {"col": Number})
    assert types.of(list[Cell | None]) == "(Cell | null)[]"
    with pytest.raises(TypeError, match="are called Cell"):
        types.of(other)
