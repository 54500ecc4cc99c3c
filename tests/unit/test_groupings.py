"""Own groups of classes: BigEarthNet's, and people's files, which are checked word by word."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.core import corine
from explorer.core.errors import InvalidQueryError
from explorer.corpus.corpus import Corpus
from explorer.review import groupings, sampling
from explorer.review.queue import QueueSpec
from tests import corpora


def test_bigearthnets_19_classes() -> None:
    # Sumbul et al. (2021), table: 43 classes of CORINE to 19; of these eleven have none (335 was never one of the 43).
    found = groupings.find("bigearthnet-19")
    assert len(found.codes) == 19
    assert "Sumbul" in found.source
    kept = {code for members in found.members for code in members}
    assert set(corine.codes(3)) - kept == {122, 123, 124, 131, 132, 133, 141, 142, 332, 334, 335, 423}
    for code, title in (
        (112, "Urban fabric"), (121, "Industrial or commercial units"), (213, "Arable land"), (241, "Permanent crops"),
        (333, "Natural grassland and sparsely vegetated areas"), (323, "Moors, heathland and sclerophyllous vegetation"),
        (422, "Coastal wetlands"), (511, "Inland waters"), (522, "Marine waters"),
    ):  # fmt: skip
        assert found.title(found.group(code)) == title
    assert found.group(142) == groupings.OUTSIDE
    assert (found.group(51), found.group(31)) == (found.group(512), groupings.NOT_NAMED)


def test_a_file_of_groups(tmp_path: Path, tiny_corpus: Corpus) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("Bebaut: [1]\nÄcker: [21, 22]\nنی‌زار: [411]\n", encoding="utf-8")
    found = groupings.named_or_read(str(path))
    assert (found.name, found.codes, found.titles) == ("mine", (1, 2, 3), ("Bebaut", "Äcker", "نی‌زار"))
    assert found.largest({211: 0.3, 112: 0.25, 121: 0.2}) == 1
    rows = found.of_corpus(tiny_corpus)
    full = tiny_corpus.samples.index.get_loc(corpora.FULL)
    assert rows[full] == 2  # 211: 0.6, 311: 0.3 (in no group), 112: 0.1
    assert found.matrix(tiny_corpus)[full].tolist() == pytest.approx([1 / 7, 6 / 7, 0])
    np.testing.assert_allclose(
        found.shares(tiny_corpus), found.matrix(tiny_corpus)[rows > 0].mean(axis=0), atol=1e-6
    )
    same = tmp_path / "mine.json"
    same.write_bytes(b'\xef\xbb\xbf{"Bebaut": [1], "\xc3\x84cker": ["21", 22]}')
    assert groupings.read(same).members == found.members[:2]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"A: [1]\nB: [21, 111]", "class 111 is in the groups 'A' and 'B'"),
        (b"A: [999]", "'A' has 999"), (b"A: [3.1]", "'A' has '3.1'"), (b"A: 31", "'A' has no list"), (b"A: []", "no list"),
        (b"A: [1]\nA: [2]", "'A' is there twice"), (b'{"A": [1], "A": [2]}', "'A' is there twice"),
        (b"A: &a [1]\nB: *a", "alias"), (b"[1, 2]", "group by group"), (b"", "group by group"), (b"A: [1", "line"),
        (b"\xff", "UnicodeDecodeError"), (b"A: !!python/object/apply:os.system [x]", "line 1"), (b"[" * 50_000, "Recursion"),
        (b"a: [1]\nA: [2]", "two groups are called 'A'"), (b"x" * 300_000, "bytes"), (b'"": [1]', "no name"),
    ],
)  # fmt: skip
def test_files_that_are_no_grouping_are_refused_by_name(tmp_path: Path, text: bytes, why: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(text)
    with pytest.raises(InvalidQueryError, match=why) as caught:
        groupings.read(path)
    assert str(path) in str(caught.value)


def test_what_is_no_grouping_is_refused_by_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidQueryError, match="levels 1, 2 and 3, not 4"):
        groupings.of_level(4)
    with pytest.raises(InvalidQueryError, match=r"cannot read .*gone\.yaml: No such file"):
        groupings.read(tmp_path / "gone.yaml")
    with pytest.raises(InvalidQueryError, match=r"no grouping is called 'gone\.yaml'.*bigearthnet-19"):
        groupings.named_or_read("gone.yaml")
    with pytest.raises(InvalidQueryError, match="45 groups of 44 classes cannot be"):
        groupings.made("mine", {f"G{i}": [111] for i in range(45)})


def test_a_queue_names_groupings_and_reads_no_file(tmp_path: Path, tiny_corpus: Corpus) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("A: [1]")
    spec = QueueSpec.parse(f"random:n=3,grouping={path}")
    with pytest.raises(InvalidQueryError, match="no grouping is called"):
        spec.build(tiny_corpus)
    groupings.register(groupings.made("fields", {"Fields": [2], "Rest": [1, 3, 4, 5]}))
    drawn = QueueSpec.parse("random:n=3,grouping=fields").build(tiny_corpus)
    assert set(drawn.strata) <= {1, 2}
    with pytest.raises(InvalidQueryError, match="shipped"):
        groupings.register(groupings.find("bigearthnet-19"))


def test_thin_strata_go_where_corine_puts_them() -> None:
    sizes = {111: 3, 112: 40, 121: 2, 211: 500, 311: 300, 312: 200, 512: 4}
    merged = sampling.collapse(sizes, 20)
    assert merged[111] == 112
    floor = sum(min(2, size) for code, size in sizes.items() if code not in merged)
    assert floor <= 10
    assert sampling.collapse(sizes, 1000) == {}
    judged = dict.fromkeys(sizes, 5) | {121: 1, 512: 0}
    assert sampling.collapse(sizes, 0, have=judged)[121] in (111, 112)
    text = sampling.collapsed_text({111: 112}, {111: "Continuous", 112: "Discontinuous"}, "for the draw")
    assert (
        text == "Strata with too few samples for the draw were put together: Continuous into Discontinuous."
    )
    own = groupings.find("bigearthnet-19")
    # Groups are near by their classes, not by their numbers: 1 (urban fabric) and 12 (grassland) share a digit, and nothing else.
    assert sampling.collapse({1: 100, 2: 90, 12: 80}, 8, by=own) == {2: 1}
