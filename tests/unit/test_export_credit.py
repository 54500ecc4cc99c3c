"""What files say of themselves: the right people, the right terms, once; and nothing that breaks a header."""

from __future__ import annotations

from xml.etree import ElementTree

from explorer import __version__, open_corpus
from explorer.core.products import ATTRIBUTION, CITATION, LICENSE, SYNTHETIC_NOTE
from explorer.corpus.corpus import Corpus
from explorer.export import credit


def test_every_product_is_named_once_with_its_licence(tiny_corpus: Corpus) -> None:
    found = credit.of(tiny_corpus, ["PF-SR", "PF-QA", "S2-SR", "labels", "PF-SR"])
    assert found.lines == (ATTRIBUTION["PF-SR"], ATTRIBUTION["S2-SR"], ATTRIBUTION["labels"])
    assert found.licences == (LICENSE["PF-SR"], LICENSE["S2-SR"], LICENSE["labels"])
    assert found.citation == CITATION
    assert found.notice().count(credit.NON_COMMERCIAL) == 1


def test_only_planet_s_terms_are_non_commercial(tiny_corpus: Corpus) -> None:
    assert credit.of(tiny_corpus, ["S2-SR", "labels"]).terms == ""
    assert "non-commercial" not in credit.of(tiny_corpus, ["S2-SR", "labels"]).notice()
    assert credit.of(tiny_corpus, ["PF-QA"]).terms == credit.NON_COMMERCIAL


def test_the_demo_is_nobody_s() -> None:
    corpus = open_corpus("demo")
    found = credit.of(corpus, ["PF-SR", "S2-SR", "labels"])
    corpus.close()
    assert found.lines == (SYNTHETIC_NOTE,)
    assert found.licence == "none: synthetic"
    assert found.terms == ""
    assert "Planet Labs" not in found.notice()


def test_metadata_says_sample_dates_look_version_and_terms(tiny_corpus: Corpus) -> None:
    given = credit.of(tiny_corpus, ["PF-SR"])
    found = credit.about(
        given,
        "Title\nof two lines",
        sample_id="33N",
        dates=["2018-01-03", "2018-01-08"],
        shows={"bands": "red\x00"},
    )
    assert found["title"] == "Title of two lines"
    assert found["dates"] == "2018-01-03, 2018-01-08"
    assert found["bands"] == "red"
    assert found["software"].endswith(__version__)
    assert found["terms"] == credit.NON_COMMERCIAL
    assert credit.comment(found).count("\n") == len(found) - 1
    assert credit.dates_text([str(i) for i in range(9)]) == "0 to 8 (9 dates)"


def test_xmp_is_xml_whatever_a_title_holds(tiny_corpus: Corpus) -> None:
    found = credit.about(credit.of(tiny_corpus, ["PF-SR"]), "<b>&amp; ]]> title")
    root = ElementTree.fromstring(credit.xmp(found).decode().split("?>", 1)[1].rsplit("<?xpacket", 1)[0])
    texts = [element.text for element in root.iter() if element.text]
    assert "<b>&amp; ]]> title" in texts
    assert any(credit.NON_COMMERCIAL in t for t in texts)
