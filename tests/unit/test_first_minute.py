"""What the server tells a newcomer's page: where the first play stops, and whom the help names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from explorer import Explorer
from explorer.analysis.quality import filled_share
from explorer.analysis.telling_date import telling_date
from explorer.core.products import CITATION, PF_SR
from explorer.core.version import __version__
from explorer.corpus.corpus import Corpus
from tests import corpora
from tests.talk import say, sent, until
from tests.unit.test_explorer import settle


@pytest.fixture
def page(tiny_corpus: Corpus) -> Iterator[Explorer]:
    found = Explorer(tiny_corpus, f"?sample={corpora.FULL}")
    yield found
    found.close()


def test_the_telling_date_is_of_the_whole_cube_and_its_quality_layers(page: Explorer) -> None:
    settle(page)
    player = page._animation.player
    ticket = sent(player, "open")[-1]["ticket"]
    say(player, "telling", ticket=ticket - 1)  # of the sample before
    say(player, "telling", ticket=ticket)
    (told,) = until(lambda: sent(player, "telling"))
    session = page.selection.session
    assert session.whole_planet is not None
    assert session.quality is not None
    assert told["ticket"] == ticket
    assert told["index"] == telling_date(session.whole_planet, filled_share(session.quality))


def test_nothing_is_told_of_a_sample_that_is_not_there(page: Explorer) -> None:
    settle(page)
    page.selection.sample_id = "33N_15E-200N_02_09"
    player = page._animation.player
    say(player, "telling", ticket=sent(player, "open")[-1]["ticket"])
    assert sent(player, "telling") == []


def test_help_names_the_version_whom_to_cite_and_the_licences(page: Explorer) -> None:
    help_drawer = page._help.help
    help_drawer.on["ready"]({})  # said to a browser that is not there yet, it waits
    told = sent(help_drawer, "facts")[-1]
    assert __version__ in told["software"]
    assert told["citation"] == CITATION
    for product in (PF_SR.id, "labels"):
        assert page.corpus.attribution(product) in told["lines"]
        assert page.corpus.license(product) in told["licences"]
    assert told["terms"]  # Planet Fusion's use is restricted
    assert told["guide"] is False  # a notebook has no server that shows it
