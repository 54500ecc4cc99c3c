"""All that can be seen or set on the page, state by state: a link, a view of a story and a page that has shown something else restore it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer import Explorer, open_corpus
from explorer.export import stories
from explorer.export.stories import State, Story
from explorer.views.common.map_state import MapState
from explorer.views.common.selection import Selection, decode
from tests import corpora

FULL, BROKEN = corpora.FULL, corpora.BROKEN
STATES = {
    "sample_id": f"sample={BROKEN}",
    "date": "date=2018-12-04",
    "pixels": "pixels=12,34;56,78",
    "names": "pixels=1,2;3,4&names=;Oak",
    "regions": "regions=box:10,20,60,80:field",
    "keep_marks": "keep=1",
    "composite": "composite=index:NDVI",
    "stretch": "stretch=0.02-0.3,g1.4",
    "curves": "curves=red,NDVI,EVI;breaks;years",
    "sentinel": "sentinel=swir;months;B11;4,7;spectrum;large:swipe,4,B11;zoom:2.5,40.5,103",
    "view": "view=swipe:2018-12-04;zoom:2.5,40.5,103;split:0.3;layer:gap",
    "playback": "play=run;range:2018-03-04,2018-09-30;speed:5;once",
    "charts": "charts=dates:2018-03-01,2018-09-30;bands:0,0.4;index:-0.2,0.9",
    "table": "table=-fraction,1",
    "gallery": "gallery=-class,20,2;2018-07;seed:3",
    "similar": f"similar={FULL};by:season;other;n:50",
    "judge": "judge=model,2,parts;fractions;of:zone",
    "dataset": "dataset=1",
    "embedding": "embedding=pca;by:country;at:0.1,-0.2,0.5",
    "opinion": "opinion=model",
    "overlay": "overlay=worldcover,40",
    "ground_marks": "marks=ground",
    "panel": "panel=profile",
    "map.filters": "filter=country:France,Spain;min:0.5",
    "map.area": "area=-6,38;-2,42",
    "map.level": "level=2",
    "map.shade": "draw=density",
    "map.palette": "colours=safe",
    "map.theme": "theme=dark",
    "map.base": "base=light",
    "map.names": "layers=none",
    "map.ground": "ground=places",
    "map.place": "map=51.2,3.4,120",
}
"""Parameter of the selection, or of its map -> words of a link that set it."""
ELSEWHERE = {
    "settled": "is an event",
    "story": "tests/unit/test_present_view.py",
    "review": "tests/unit/test_review_view.py, and no story has one",
    "blind": "belongs to the review",
}


@pytest.fixture(scope="module")
def page(tiny_folder: Path) -> Iterator[Explorer]:
    corpus = open_corpus(tiny_folder)
    found = Explorer(corpus, f"?sample={FULL}")
    yield found
    found.close()
    corpus.close()


def show(page: Explorer, query: str) -> str:
    """Show what a link says; the link of what is shown then."""
    with page._loop.lock():  # what threads bring has its turn before or after
        page.apply(decode(query))
        return page.selection.to_query()


def test_every_state_is_here() -> None:
    own = set(Selection.param) - {"name"}
    assert own | {f"map.{name}" for name in MapState.FIELDS} == STATES.keys() | ELSEWHERE.keys()
    fresh = Selection()
    for name, words in STATES.items():
        link = decode("?" + words)
        assert link.problems == ()
        one, _, part = name.rpartition(".")
        said = getattr(link.map, part) if one else getattr(link, {"sample_id": "sample"}.get(part, part))
        assert said != getattr(fresh.map if one else fresh, part), f"{words} says nothing of {name}"


@pytest.mark.parametrize("name", STATES)
def test_a_link_shows_it_again_and_another_one_takes_it_away(page: Explorer, name: str) -> None:
    before = show(page, f"?sample={FULL}")
    there = show(page, f"?sample={FULL}&{STATES[name]}")
    assert there != before
    assert decode(there) == decode(f"{before}&{STATES[name]}")
    assert show(page, before) == before
    assert show(page, there) == there


@pytest.mark.parametrize("name", STATES)
def test_a_storys_view_shows_it_again_in_the_theme_of_the_room(page: Explorer, name: str) -> None:
    kept = show(page, f"?sample={FULL}&{STATES[name]}")
    story = stories.loads(stories.dumps(Story("One", (State(kept, "View"),))))
    show(page, f"?sample={FULL}")
    with page._loop.lock():
        page.selection.session.story_link = story.states[0].link
        shown = page.selection.to_query()
    assert decode(shown) == decode(kept.replace("theme=dark", "theme=light"))
