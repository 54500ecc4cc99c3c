"""Files that are whole or not there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from explorer.core.atomic_file import is_device, replacing


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_file_takes_its_place_once_it_is_done(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    for text in ("first", "second"):
        with replacing(path) as part:
            before = path.read_text() if path.exists() else ""
            part.write_text(text)
            assert (path.read_text() if path.exists() else "") == before
        assert path.read_text() == text
    assert left(path.parent) == {"file.txt"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_fails_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "file.txt"
    path.write_text("before")

    def fail() -> None:
        with replacing(path) as part:
            part.write_text("half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_text() == "before"
    assert left(tmp_path) == {"file.txt"}


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other, path = tmp_path / "other.txt", tmp_path / "link.txt"
    other.write_text("another's")
    path.symlink_to(other)
    with replacing(path) as part:
        part.write_text("ours")
    assert other.read_text() == "another's"
    assert not path.is_symlink()


def test_a_private_file_is_its_owner_s(tmp_path: Path) -> None:
    path = tmp_path / "names.json"
    with replacing(path, private=True) as part:
        part.write_text("{}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_file_takes_the_place_of_a_device(tmp_path: Path) -> None:
    assert is_device(Path("/dev/stdout"))
    assert is_device(Path("/dev/null"))
    assert not is_device(Path("/dev/shm/file.txt"))
    assert not is_device(tmp_path / "stdout")

    def replace() -> None:
        with replacing(Path("/dev/fd/1")):  # where a mistake does no harm
            pass

    with pytest.raises(OSError, match="it is a device"):
        replace()
