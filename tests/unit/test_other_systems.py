"""What another system lacks is not asked for: the flags of Windows, and its folders."""

from __future__ import annotations

import importlib
import os
import socket
from pathlib import Path

import pytest

from explorer.core import open_flags
from explorer.core.errors import ServeError
from explorer.corpus.corpus import Corpus
from explorer.opening import open_corpus
from explorer.server import ports, workers
from tests import corpora

LACKING = ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_DIRECTORY")


def test_without_a_flag_files_are_opened_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tiny_folder: Path
) -> None:
    for name in LACKING:
        monkeypatch.delattr(os, name)
    try:
        importlib.reload(open_flags)
        assert open_flags.NONBLOCK == open_flags.NOFOLLOW == 0
        with open_corpus(tiny_folder) as corpus:
            assert corpus.planet_fusion(corpora.FULL).sizes["time"] == len(corpora.PF_DATES)
    finally:
        monkeypatch.undo()
        importlib.reload(open_flags)
    assert open_flags.NONBLOCK == os.O_NONBLOCK


def test_a_folder_is_opened_by_its_file_address(
    tmp_path: Path, tiny_folder: Path, tiny_corpus: Corpus
) -> None:
    place = tmp_path / "a corpus of 100 %"
    place.symlink_to(tiny_folder, target_is_directory=True)
    with open_corpus(place.as_uri()) as corpus:
        assert list(corpus.samples.index) == list(tiny_corpus.samples.index)


def test_windows_takes_a_port_for_itself_and_no_shared_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("explorer.server.ports.sys.platform", "win32")
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR, raising=False)
    monkeypatch.setattr(socket.socket, "setsockopt", lambda _self, *given: asked.append(given), raising=False)
    assert ports.usable("127.0.0.1", 0) > 0
    assert asked == [(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)]
    with pytest.raises(ServeError, match="--num-procs needs sockets that processes share"):
        workers.run(2, "127.0.0.1", 0, [])
