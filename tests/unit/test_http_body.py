"""Bodies that a server packs although nobody asked, and files that are packed themselves."""

from __future__ import annotations

import base64
import gzip
import hashlib
import shutil
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from explorer import open_corpus
from explorer.core import grid
from explorer.core.config import Settings
from explorer.core.errors import UnreadableError
from explorer.core.products import PF_SR
from explorer.corpus.stores import http
from explorer.corpus.stores.http import HttpStore
from explorer.corpus.stores.http_body import decoded
from explorer.corpus.stores.objects import ObjectStore
from explorer.corpus.stores.store import MAX_CHIP_BYTES
from tests import corpora, servers
from tests.servers import Server, reply

KEY = PF_SR.key(grid.parse(corpora.FULL).folder, PF_SR.dates[0])
TABLE = "resources/rapidai4eo_labels.csv.gz"
BODY = bytes(range(256)) * 40


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


@pytest.fixture
def server(indexed_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(http, "BACKOFF", 0.01)
    with servers.serve(indexed_folder) as running:
        yield running


@pytest.fixture
def store(server: Server) -> Iterator[HttpStore]:
    store = HttpStore(server.url, Settings(http_retries=1, http_connect_timeout=10, http_total_timeout=30))
    yield store
    store.close()


def sends(server: Server, *bodies: bytes, **headers: str) -> None:
    """These bodies, one after another, and then the last again."""
    left = list(bodies)

    def answer(handler: BaseHTTPRequestHandler, _key: str) -> bool:
        reply(handler, 200, left.pop(0) if len(left) > 1 else left[0], **headers)
        return True

    server.answer = answer


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("GZip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("gzip, identity", gzip.compress),
        ("deflate, gzip", lambda data: gzip.compress(zlib.compress(data))),
        ("identity", bytes),
        ("", bytes),
        ("gzip", lambda data: gzip.compress(data[:999]) + gzip.compress(data[999:])),
        ("gzip", lambda data: gzip.compress(data) + b"\0" * 512),
    ],
)
def test_what_a_server_packs_is_unpacked(
    store: HttpStore, server: Server, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    sends(server, pack(BODY), Content_Encoding=encoding)
    assert store.get(KEY) == BODY
    assert server.asked[KEY] == 1
    assert server.headers[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "aws-chunked"])
def test_other_encodings_are_refused_by_name(store: HttpStore, server: Server, encoding: str) -> None:
    sends(server, b"x", Content_Encoding=encoding)
    with pytest.raises(UnreadableError, match=f"packs it as '{encoding}', .* without Content-Encoding"):
        store.get(KEY)
    assert server.asked[KEY] == 1


def test_what_does_not_unpack_is_said(store: HttpStore, server: Server) -> None:
    sends(server, BODY, Content_Encoding="gzip")
    with pytest.raises(UnreadableError, match="calls it gzip, and it does not unpack"):
        store.get(KEY)
    with pytest.raises(UnreadableError, match="packed 3 times"):
        decoded(BODY, "gzip, gzip, gzip", KEY, 100)


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip.compress(b"\0" * (MAX_CHIP_BYTES + 1))),
        ("gzip", gzip.compress(b"\0" * (MAX_CHIP_BYTES // 4)) * 5),
        ("gzip, gzip", gzip.compress(gzip.compress(b"\0" * (20 * MAX_CHIP_BYTES)))),
    ],
    ids=["one", "many", "nested"],
)
def test_a_bomb_is_not_unpacked_further_than_a_file_may_be_long(
    store: HttpStore, server: Server, encoding: str, bomb: bytes
) -> None:
    assert len(bomb) < MAX_CHIP_BYTES / 10
    sends(server, bomb, Content_Encoding=encoding)
    tracemalloc.start()
    with pytest.raises(UnreadableError, match="unpacked, more than the 16,777,216 bytes"):
        store.get(KEY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * MAX_CHIP_BYTES
    assert server.asked[KEY] == 1


def test_the_length_is_that_of_what_comes(store: HttpStore, server: Server) -> None:
    packed = gzip.compress(BODY)
    sends(server, packed[:-20], packed, Content_Encoding="gzip")  # whole by its length, and cut
    assert store.get(KEY) == BODY
    assert server.asked[KEY] == 2


def md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data).digest()).decode()


@pytest.mark.parametrize("summed", ["what comes", "the file"])
@pytest.mark.parametrize("header", ["Content_MD5", "x_goog_hash"])
def test_the_checksum_is_that_of_what_comes_or_of_the_file(
    store: HttpStore, server: Server, header: str, summed: str
) -> None:
    packed = gzip.compress(BODY)
    stated = md5(packed if summed == "what comes" else BODY)
    wrong = gzip.compress(b"x" + BODY[1:])
    prefix = "" if header == "Content_MD5" else "crc32c=AAAAAA==,md5="
    sends(server, wrong, packed, Content_Encoding="gzip", **{header: prefix + stated})
    assert store.get(KEY) == BODY
    assert server.asked[KEY] == 2


def test_a_server_that_unpacks_by_itself_states_the_sum_of_what_it_has(
    store: HttpStore, server: Server
) -> None:
    packed = gzip.compress(BODY)

    def google(handler: BaseHTTPRequestHandler, _key: str) -> bool:
        handler.send_response(200)
        handler.send_header("x-goog-hash", f"md5={md5(packed)}")
        handler.send_header("x-goog-stored-content-encoding", "gzip")
        handler.send_header("ETag", f'"{hashlib.md5(packed).hexdigest()}"')
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY))
        return True

    server.answer = google
    assert store.get(KEY) == BODY


def own(file: bytes) -> tuple[bytes, dict[str, str]]:
    """The file's own gzip declared as the encoding, as Azure and Google do."""
    return file, {"Content_Encoding": "gzip", "Content_MD5": md5(file)}


def again(file: bytes) -> tuple[bytes, dict[str, str]]:
    """Packed once more on the way."""
    return gzip.compress(file), {"Content_Encoding": "gzip"}


def unpacked(file: bytes) -> tuple[bytes, dict[str, str]]:
    """Unpacked on the way, as Google does for who does not take gzip."""
    return gzip.decompress(file), {
        "x_goog_stored_content_encoding": "gzip",
        "x_goog_hash": f"md5={md5(file)}",
    }


@pytest.mark.parametrize("way", [own, again])
def test_a_packed_file_stays_as_it_is(
    store: HttpStore, server: Server, way: Callable[[bytes], tuple[bytes, dict[str, str]]]
) -> None:
    file = gzip.compress(BODY)
    body, headers = way(file)
    sends(server, body, **headers)
    assert store.get(TABLE) == file


@pytest.mark.parametrize("way", [own, again, unpacked])
def test_a_corpus_opens_whatever_is_done_to_its_packed_tables(
    real_folder: Path, tmp_path: Path, way: Callable[[bytes], tuple[bytes, dict[str, str]]]
) -> None:
    root = tmp_path / "corpus"
    shutil.copytree(real_folder / "resources", root / "resources")
    for path in list((root / "resources").iterdir()):
        if path.suffix == ".geojson" or (path.suffix == ".csv" and "mappings" not in path.name):
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    packed = sorted(path.name for path in (root / "resources").glob("*.gz"))
    assert packed
    with servers.serve(root) as server:

        def answer(handler: BaseHTTPRequestHandler, key: str) -> bool:
            if not key.endswith(".gz") or not (root / key).is_file():
                return False
            body, headers = way((root / key).read_bytes())
            reply(handler, 200, body, **headers)
            return True

        server.answer = answer
        with (
            open_corpus(server.url, config=Settings(cache_dir=tmp_path / "cache")) as corpus,
            open_corpus(real_folder) as wanted,
        ):
            assert list(corpus.samples.index) == list(wanted.samples.index)
            assert corpus.samples["clc"].tolist() == wanted.samples["clc"].tolist()


def test_an_object_store_unpacks_as_well(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with servers.serve(tmp_path) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url.rstrip("/"))
        store = ObjectStore("s3://bucket/corpus", Settings(http_retries=0))
        sends(
            server,
            gzip.compress(BODY),
            Content_Encoding="gzip",
            Last_Modified="Fri, 31 Dec 1999 23:59:59 GMT",
        )
        assert store.get(KEY) == BODY
        sends(server, BODY, Content_Encoding="br", Last_Modified="Fri, 31 Dec 1999 23:59:59 GMT")
        with pytest.raises(UnreadableError, match="'br'"):
            store.get(KEY)
