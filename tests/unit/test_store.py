"""Stores: bytes by key, and never a way out of the corpus."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.core.errors import (
    CorpusNotFoundError,
    LeadsOutError,
    NotThereError,
    StoreError,
    UnreadableError,
)
from explorer.corpus.stores import symlinks
from explorer.corpus.stores.store import DirectoryStore, Store, check


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_bytes(b"secret")
    corpus = tmp_path / "corpus"
    (corpus / "imagery" / "33N").mkdir(parents=True)
    (corpus / "labels").mkdir()
    (corpus / "labels" / "a.geojson").write_bytes(b"{}")
    return corpus


def test_a_folder_is_a_store(root: Path) -> None:
    store = DirectoryStore(root)
    assert isinstance(store, Store)
    assert store.where == str(root)
    assert store.get("labels/a.geojson") == b"{}"
    assert list(store.list("")) == ["imagery/", "labels/"]
    assert list(store.list("labels")) == ["a.geojson"]
    assert list(store.list("labels/")) == ["a.geojson"]
    assert list(store.list("nowhere")) == []
    assert list(store.list("labels/a.geojson")) == []
    assert store.href("labels/a.geojson") == str(root / "labels" / "a.geojson")


@pytest.mark.parametrize("key", ["labels/b.geojson", "labels", "labels/a.geojson/b", "nowhere/at/all"])
def test_what_is_absent_is_not_there(root: Path, key: str) -> None:
    with pytest.raises(NotThereError, match=key):
        DirectoryStore(root).get(key)


@pytest.mark.parametrize(
    "key",
    [
        "../secret",
        "labels/../../secret",
        "./labels/a.geojson",
        "labels//a.geojson",
        "labels/a.geojson/",
        "",
        ".",
        "..",
        "/etc/passwd",
        "labels\\a.geojson",
        "..\\secret",
        "labels/a.geojson\x00.tif",
    ],
)
def test_no_key_leads_out_of_the_corpus(root: Path, key: str) -> None:
    store = DirectoryStore(root)
    for method in (store.get, store.href):
        with pytest.raises(NotThereError):
            method(key)


@pytest.mark.parametrize(
    "folder", ["..", "../", "labels/..", "labels/../..", "/", "/etc", "..\\", "labels\x00"]
)
def test_no_folder_outside_the_corpus_is_listed(root: Path, folder: str) -> None:
    with pytest.raises(NotThereError):
        list(DirectoryStore(root).list(folder))


@given(st.text(max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_any_key_gives_bytes_of_the_corpus_or_not_there(root: Path, key: str) -> None:
    try:
        assert DirectoryStore(root).get(key) == b"{}"
    except NotThereError:
        pass


def test_a_link_that_leads_out_is_not_followed(root: Path, tmp_path: Path) -> None:
    store = DirectoryStore(root)
    (root / "labels" / "leak.geojson").symlink_to(tmp_path / "secret")
    (root / "imagery" / "leak").symlink_to(tmp_path)
    for key in ("labels/leak.geojson", "imagery/leak/secret"):
        with pytest.raises(LeadsOutError, match=f"cannot read {key}: a link that leads out of the corpus"):
            store.get(key)
    with pytest.raises(LeadsOutError):
        list(store.list("imagery/leak"))


def test_a_neighbour_whose_name_begins_alike_is_outside(root: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus-secret").mkdir()
    (tmp_path / "corpus-secret" / "file").write_bytes(b"secret")
    (root / "link").symlink_to(tmp_path / "corpus-secret")
    with pytest.raises(LeadsOutError):
        DirectoryStore(root).get("link/file")


def test_a_link_inside_the_corpus_and_a_linked_root_are_followed(root: Path, tmp_path: Path) -> None:
    (root / "labels" / "b.geojson").symlink_to(root / "labels" / "a.geojson")
    (tmp_path / "alias").symlink_to(root)
    assert DirectoryStore(tmp_path / "alias").get("labels/b.geojson") == b"{}"


def test_links_in_a_circle_are_an_error_with_a_name(root: Path) -> None:
    (root / "labels" / "one").symlink_to(root / "labels" / "two")
    (root / "labels" / "two").symlink_to(root / "labels" / "one")
    with pytest.raises((NotThereError, StoreError)):
        DirectoryStore(root).get("labels/one")


def test_a_name_longer_than_the_disk_allows_is_a_named_error(root: Path) -> None:
    with pytest.raises((NotThereError, StoreError)):
        DirectoryStore(root).get("labels/" + "x" * 5000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(root: Path) -> None:
    (root / "labels" / "a.geojson").chmod(0)
    with pytest.raises(UnreadableError, match=r"cannot read labels/a.geojson: Permission denied"):
        DirectoryStore(root).get("labels/a.geojson")


@pytest.mark.parametrize(
    ("number", "of_one_file"), [(errno.EACCES, True), (errno.EIO, True), (errno.EMFILE, False)]
)
def test_a_bad_file_and_a_failing_store_are_told_apart(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, of_one_file: bool
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("builtins.open", fail)
    with pytest.raises(StoreError, match=f"cannot read labels/a.geojson.*{os.strerror(number)}") as caught:
        DirectoryStore(root).get("labels/a.geojson")
    assert isinstance(caught.value, UnreadableError) == of_one_file


def test_a_root_that_has_gone_is_not_mistaken_for_missing_dates(root: Path) -> None:
    store = DirectoryStore(root)
    root.rename(root.with_name("elsewhere"))
    with pytest.raises(StoreError, match="is gone"):
        store.get("labels/a.geojson")


def test_chips_on_a_disk_of_their_own_that_has_gone_are_not_missing_dates(root: Path) -> None:
    (root / "imagery" / "33N").mkdir(parents=True, exist_ok=True)
    store = DirectoryStore(root)
    with pytest.raises(NotThereError):
        store.get("imagery/33N/a.tif")
    (root / "imagery").rename(root / "elsewhere")
    (root / "imagery").mkdir()  # what is left of a mount
    with pytest.raises(StoreError, match="imagery is gone or empty"):
        store.get("imagery/33N/a.tif")


def test_what_is_no_folder_is_no_corpus(root: Path) -> None:
    with pytest.raises(CorpusNotFoundError, match="does not exist"):
        DirectoryStore(root / "nowhere")
    with pytest.raises(CorpusNotFoundError, match="is a file"):
        DirectoryStore(root / "labels" / "a.geojson")
    (root / "corpus.tar.gz").write_bytes(b"")
    with pytest.raises(CorpusNotFoundError, match="is an archive: unpack it"):
        DirectoryStore(root / "corpus.tar.gz")


# --- links that an operator makes to another disk ---------------------------------------------------------

CHIP = "imagery/33N/15E-200N/33N_15E-200N_01_09/PF-SR/2018-01-03.tif"
LABEL = "labels/33N/15E-200N/labels_33N_15E-200N_01_09.geojson"
TABLE = "resources/rapidai4eo_labels.csv"
CATALOG = "stac-v1.0/catalog.json"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Another disk, with a whole corpus on it and something beside it."""
    disk = tmp_path / "disk"
    for key in (CHIP, LABEL, TABLE, CATALOG):
        (disk / key).parent.mkdir(parents=True)
        (disk / key).write_bytes(b"there")
    return disk


def linked(tmp_path: Path, disk: Path, part: str) -> Path:
    """A corpus of which one part is a link to the other disk."""
    root = tmp_path / "linked"
    (root / part).parent.mkdir(parents=True)
    (root / part).symlink_to(disk / part)
    return root


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ("imagery", CHIP),
        ("imagery/33N", CHIP),
        ("imagery/33N/15E-200N", CHIP),
        ("labels", LABEL),
        ("labels/33N", LABEL),
        ("labels/33N/15E-200N", LABEL),
        ("resources", TABLE),
        ("stac-v1.0", CATALOG),
    ],
)
def test_parts_on_another_disk_are_followed(tmp_path: Path, disk: Path, part: str, key: str) -> None:
    store = DirectoryStore(linked(tmp_path, disk, part))
    assert store.get(key) == b"there"
    assert store.path(key).read_bytes() == b"there"
    folder, name = key.rsplit("/", 1)
    assert list(store.list(folder)) == [name]
    if "/" in part:
        assert list(store.list(part.rsplit("/", 1)[0])) == [part.rsplit("/", 1)[1] + "/"]
    with pytest.raises(NotThereError):
        store.get(key + "x")
    store.check()


def test_links_upon_links_are_followed_at_those_levels(tmp_path: Path, disk: Path) -> None:
    other = tmp_path / "other"
    (disk / "imagery/33N/15E-200N").rename(other)
    (disk / "imagery/33N/15E-200N").symlink_to(other)
    assert DirectoryStore(linked(tmp_path, disk, "imagery")).get(CHIP) == b"there"


@pytest.mark.parametrize(
    "part",
    [
        "imagery/33N/15E-200N/33N_15E-200N_01_09",
        "imagery/33N/15E-200N/33N_15E-200N_01_09/PF-SR",
        CHIP,
        LABEL,
        TABLE,
        CATALOG,
    ],
)
@pytest.mark.parametrize("within", [True, False])
def test_links_inside_of_a_sample_are_not_followed_out(
    tmp_path: Path, disk: Path, part: str, within: bool
) -> None:
    key = next(k for k in (CHIP, LABEL, TABLE, CATALOG) if k.startswith(part))
    if within:  # of a part that is itself on another disk
        secret = tmp_path / "secret"
        (disk / part).rename(secret)
        (disk / part).symlink_to(secret)
        root = linked(tmp_path, disk, part.split("/")[0])
    else:
        root = linked(tmp_path, disk, part)
    with pytest.raises(LeadsOutError) as caught:
        DirectoryStore(root).get(key)
    assert caught.value.reason == "a link that leads out of the corpus"
    with pytest.raises(LeadsOutError):
        DirectoryStore(root).path(key)


def test_a_part_that_was_linked_elsewhere_meanwhile_is_followed(tmp_path: Path, disk: Path) -> None:
    root = linked(tmp_path, disk, "imagery")
    store = DirectoryStore(root)
    assert store.get(CHIP) == b"there"
    disk.rename(tmp_path / "moved")
    (root / "imagery").unlink()
    (root / "imagery").symlink_to(tmp_path / "moved" / "imagery")
    assert store.get(CHIP) == b"there"


@pytest.mark.parametrize("part", ["imagery", "imagery/33N", "imagery/33N/15E-200N"])
@pytest.mark.parametrize("left", ["nothing", "an empty folder", "a file"])
def test_a_linked_disk_that_is_not_mounted_is_an_error_of_the_store(
    tmp_path: Path, disk: Path, part: str, left: str
) -> None:
    root = linked(tmp_path, disk, part)
    (root / "labels").mkdir()
    store = DirectoryStore(root)
    (disk / part).rename(tmp_path / "away")
    if left == "an empty folder":
        (disk / part).mkdir()
    elif left == "a file":
        (disk / part).write_bytes(b"")
    message = f"{part} is a link to {disk / part}, which is .*; is its disk mounted"
    for one in (store, DirectoryStore(root)):
        with pytest.raises(StoreError, match=message) as caught:
            one.get(CHIP)
        assert not isinstance(caught.value, UnreadableError)
        with pytest.raises(StoreError, match=message):
            one.path(CHIP)
        with pytest.raises(StoreError, match=message):
            one.check()  # as long as it is away, or what waits would try again and again
        if left == "nothing":
            with pytest.raises(StoreError, match=message):
                list(one.list(part.rpartition("/")[0]))
    if left != "nothing":
        (disk / part).rmdir() if left == "an empty folder" else (disk / part).unlink()
    (tmp_path / "away").rename(disk / part)
    store.check()
    assert store.get(CHIP) == b"there"


def test_a_part_that_is_linked_in_a_circle_ends(tmp_path: Path) -> None:
    root = tmp_path / "corpus"
    (root / "imagery" / "33N").mkdir(parents=True)
    (root / "imagery/33N/15E-200N").symlink_to(root / "imagery/33N/15E-200N")
    (root / "imagery/33N/16E-200N").symlink_to(root / "imagery")  # a folder that holds itself
    store = DirectoryStore(root)
    with pytest.raises(StoreError):
        store.get(CHIP)
    assert list(store.list("imagery/33N/16E-200N")) == ["33N/"]


def test_dots_do_not_leave_a_part_on_another_disk(tmp_path: Path, disk: Path) -> None:
    (disk / "secret").write_bytes(b"secret")
    store = DirectoryStore(linked(tmp_path, disk, "imagery"))
    for key in ("imagery/../secret", "imagery/33N/../../secret"):
        with pytest.raises(NotThereError):
            store.get(key)


def test_a_pipe_among_the_chips_is_no_file_and_nobody_waits_for_it(root: Path) -> None:
    os.mkfifo(root / "imagery" / "33N" / "pipe.tif")
    with pytest.raises(UnreadableError, match="not a file"):
        DirectoryStore(root).get("imagery/33N/pipe.tif")


def test_a_file_that_no_chip_can_be_is_not_read_into_memory(root: Path) -> None:
    with (root / "imagery" / "33N" / "huge.tif").open("wb") as file:
        file.truncate(2**40)  # takes no room
    with pytest.raises(
        UnreadableError, match=r"1,099,511,627,776 bytes, more than the 16,777,216 that it may have"
    ):
        DirectoryStore(root).get("imagery/33N/huge.tif")


def test_half_a_character_is_the_name_of_nothing(root: Path) -> None:
    with pytest.raises(NotThereError, match=r"'labels/\\udcff' is not there") as caught:
        DirectoryStore(root).get("labels/\udcff")
    str(caught.value).encode()  # a log can have it


def test_many_linked_parts_are_followed_and_not_all_remembered(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(symlinks, "_REMEMBERED", 2)
    for zone in range(31, 37):
        (tmp_path / "disk" / f"{zone}N").mkdir(parents=True)
        (tmp_path / "disk" / f"{zone}N" / "a.geojson").write_bytes(b"%d" % zone)
        (root / "labels" / f"{zone}N").symlink_to(tmp_path / "disk" / f"{zone}N")
    store = DirectoryStore(root)
    for _ in range(2):
        assert [store.get(f"labels/{zone}N/a.geojson") for zone in range(31, 37)] == [
            b"%d" % z for z in range(31, 37)
        ]
    assert len(store._links._real) <= 2


def test_a_store_that_cannot_be_asked_whether_it_is_there_is_taken_to_be(root: Path) -> None:
    class Bare:
        where = "somewhere"

    check(Bare())  # type: ignore[arg-type]
    store = DirectoryStore(root)
    root.rename(root.with_name("away"))
    with pytest.raises(StoreError, match="is gone; is its disk mounted"):
        check(store)
