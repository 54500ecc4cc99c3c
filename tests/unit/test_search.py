"""The search in the page's head, without a browser: what it suggests, opens and filters, and what it keeps to itself in a blind review."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from explorer import Explorer
from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.corpus.query.filters import Filters
from explorer.corpus.query.phrases import Spot
from explorer.views.common.selection import decode
from tests import corpora
from tests.talk import say, sent, until


@pytest.fixture
def page(tiny_corpus: Corpus) -> Iterator[Explorer]:
    found = Explorer(tiny_corpus, f"?sample={corpora.FULL}")
    yield found
    found.close()


def go(page: Explorer, text: str) -> None:
    say(page._head.head, "go", text=text)


def told(page: Explorer, kind: str) -> str:
    messages = sent(page._head.head, kind)
    return str(messages[-1]["text"]) if messages else ""


def ask(page: Explorer, text: str, ticket: int) -> list[dict[str, Any]]:
    """What is suggested for a text."""
    say(page._head.head, "suggest", text=text, ticket=ticket)
    until(lambda: [m for m in sent(page._head.head, "suggestions") if m["ticket"] == ticket])
    return list(sent(page._head.head, "suggestions")[-1]["options"])


def test_ids_and_coordinates_open_samples(page: Explorer, tiny_corpus: Corpus) -> None:
    row = tiny_corpus.samples.loc[corpora.BARE]
    for text in (
        corpora.BARE, corpora.BARE[:14], f"{row['lat']:.5f}, {row['lon']:.5f}", f" {row['lat']:.3f} {row['lon']:.3f} ",
        f"{row['lat']:.3f};{row['lon']:.3f}",
    ):  # fmt: skip
        page.selection.sample_id = corpora.FULL
        go(page, text)
        assert page.selection.sample_id == corpora.BARE, text
        assert page.selection.session.sample_to_show == corpora.BARE
    assert told(page, "searched") == f"40 m from {row['lat']:.3f}0° N, {row['lon']:.3f}0° E"


def test_a_town_opens_the_nearest_sample_and_says_how_far_it_is(page: Explorer, tiny_corpus: Corpus) -> None:
    go(page, "Ulm")
    assert page.selection.sample_id == corpora.BARE
    assert told(page, "searched").endswith(" km from Ulm, Germany")
    with pytest.raises(InvalidQueryError, match="near nowhere"):
        page._head.search.nearest(Spot("nowhere", 0.0, -40.0))


def test_what_was_searched_is_forgotten_once_a_condition_of_it_is_gone(page: Explorer) -> None:
    def forgotten() -> int:
        return len(sent(page._head.head, "forgotten"))

    go(page, "purity >= 20 % at least 1 class")
    state = page.selection.map
    assert state.filters.names() == ("purity", "mixture")
    state.filters = replace(state.filters, countries=("Italy",))  # all that was searched still holds
    assert not forgotten()
    state.remove_chip("purity")
    state.remove_chip("all")
    assert forgotten() == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nowhere at all", "'nowhere at all'"), ("99N_00E-000N_00_00", "99N"), ("33N_15E-200N_02_09", "not in the corpus"),
        ("33N_99E", "begins with '33N_99E'"), ("0, -40", "near 0.0000"), ("91, 0", "latitude"), ("reviewed", "nothing of review"),
    ],
)  # fmt: skip
def test_what_cannot_be_found_is_said(page: Explorer, text: str, problem: str) -> None:
    before = page.selection.to_query()
    go(page, text)
    assert problem in told(page, "notice")
    assert page.selection.to_query() == before


def test_a_phrase_becomes_filters_and_the_map_shows_what_is_left(page: Explorer, tiny_corpus: Corpus) -> None:
    page.selection.map.filters = Filters(mixture=(1, 40))
    go(page, "blue Belgium Germany")
    filters = Filters(countries=("Belgium", "Germany"))
    assert page.selection.map.filters == filters  # in place of those that were there
    until(lambda: page.selection.session.box_to_fit is not None)
    rows = tiny_corpus.query(filters=filters)
    west, south, east, north = page.selection.session.box_to_fit or (0, 0, 0, 0)
    assert west < rows["lon"].min() <= rows["lon"].max() < east
    assert south < rows["lat"].min() <= rows["lat"].max() < north
    until(lambda: told(page, "searched"))
    assert told(page, "searched").startswith(f"{len(rows)} sample")
    assert told(page, "searched").endswith("Belgium, Germany; not understood: 'blue'")
    link = decode(page.selection.to_query())
    assert link.map.filters == filters
    assert link.map.place is not None  # where the map went


def test_where_nothing_is_left_the_map_shows_the_place(page: Explorer) -> None:
    go(page, "vineyards Iceland")
    until(lambda: told(page, "searched"))
    assert told(page, "searched") == "No sample: Mostly Vineyards · Iceland"
    west, _, east, _ = page.selection.session.box_to_fit or (0, 0, 0, 0)
    assert -26 < west < -20 < -14 < east < -12


def test_suggestions_come_with_their_number_and_are_chosen_by_it(page: Explorer) -> None:
    options = ask(page, "belg", 1)
    assert options[0]["group"] == "Places"
    assert options[0]["title"] == "Belgium"
    until(lambda: sent(page._head.head, "counted"))
    assert sent(page._head.head, "counted")[-1]["counts"][0] is not None
    for ticket, index in ((0, 0), (2, 0), (1, -1), (1, len(options)), (1, None), (1, 1.5)):
        say(page._head.head, "choose", ticket=ticket, index=index)
        assert page.selection.map.filters == Filters()
    say(page._head.head, "choose", ticket=1, index=0)
    assert page.selection.map.filters == Filters(countries=("Belgium",))


def test_a_town_is_suggested_with_the_way_to_its_sample(page: Explorer) -> None:
    options = ask(page, "Ulm", 1)
    town = next(i for i, one in enumerate(options) if one["detail"] == "town in Germany")
    until(lambda: sent(page._head.head, "counted"))
    assert sent(page._head.head, "counted")[-1]["details"][town].endswith(" km away")


def test_a_blind_review_tells_nothing_of_labels(page: Explorer) -> None:
    ask(page, "vineyards", 1)
    page.selection.session.labels_hidden = True
    assert sent(page._head.head, "suggestions")[-1] == {"type": "suggestions", "ticket": 0, "options": []}
    say(page._head.head, "choose", ticket=1, index=0)
    assert page.selection.map.filters == Filters()
    assert ask(page, "vineyards", 2) == []
    counted = len(sent(page._head.head, "counted"))
    (one,) = ask(page, corpora.FULL, 3)
    assert one["colour"] == ""
    until(lambda: len(sent(page._head.head, "counted")) > counted)
    assert sent(page._head.head, "counted")[-1]["counts"] == [None]
    for text in (
        "vineyards",
        "purity > 0.8",
        "mixed",
        f"forest near {page.corpus.samples.loc[corpora.FULL, 'lat']:.3f}, 15 1 km",
    ):
        go(page, text)
        assert "labels are hidden" in told(page, "notice")
    assert page.selection.map.filters == Filters()


def test_what_a_browser_sends_to_the_search_is_not_trusted(page: Explorer) -> None:
    before = page.selection.to_query()
    for text in (None, 3, [], {}):
        say(page._head.head, "suggest", text=text, ticket=1)
        go(page, text)  # type: ignore[arg-type]
    for ticket in (None, -1, "1", 1.5, 10**30):
        say(page._head.head, "suggest", text="belg", ticket=ticket)
    assert sent(page._head.head, "suggestions") == []
    assert page.selection.to_query() == before
