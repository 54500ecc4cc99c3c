"""Stores: bytes by key, and never a way out of the corpus."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.corpus.store import DirectoryStore, Store
from explorer.errors import CorpusNotFoundError, NotThereError, StoreError, UnreadableError


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
        with pytest.raises(NotThereError):
            store.get(key)
    with pytest.raises(NotThereError):
        list(store.list("imagery/leak"))


def test_a_neighbour_whose_name_begins_alike_is_outside(root: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus-secret").mkdir()
    (tmp_path / "corpus-secret" / "file").write_bytes(b"secret")
    (root / "link").symlink_to(tmp_path / "corpus-secret")
    with pytest.raises(NotThereError):
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
