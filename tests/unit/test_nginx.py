"""What assets/docs/deploy/nginx.conf does, by a real nginx before two servers that tell what they were asked."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests import nginx

pytestmark = pytest.mark.skipif(nginx.missing() is not None, reason=nginx.missing() or "")


class _Telling(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        told = {
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "server": self.server.server_port,
        }
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def proxy() -> Iterator[nginx.Proxy]:
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _Telling) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    with nginx.before([f"127.0.0.1:{server.server_port}" for server in servers]) as running:
        yield running
    for server in servers:
        server.shutdown()
        server.server_close()


def ask(
    proxy: nginx.Proxy, path: str, visitor: str = "127.0.0.1", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    """The answer to a visitor who comes from an address of their own; underscores in headers stand for dashes."""
    line = http.client.HTTPSConnection(
        "127.0.0.1", proxy.https, context=proxy.context, source_address=(visitor, 0), timeout=30
    )
    line.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    return answer, body


def test_http_leads_to_https(proxy: nginx.Proxy) -> None:
    line = http.client.HTTPConnection("127.0.0.1", proxy.http, timeout=30)
    line.request("GET", "/?sample=x", headers={"Host": "explorer.example.org"})
    answer = line.getresponse()
    line.close()
    assert (answer.status, answer.headers["Location"]) == (301, "https://explorer.example.org/?sample=x")


def test_the_server_hears_who_asks_and_how(proxy: nginx.Proxy) -> None:
    answer, body = ask(proxy, "/health", "127.0.0.9", X_Forwarded_For="6.6.6.6", X_Forwarded_Proto="http")
    heard = json.loads(body)["headers"]
    assert heard["host"] == f"127.0.0.1:{proxy.https}"
    assert heard["x-forwarded-proto"] == "https"
    assert heard["x-forwarded-for"] == heard["x-real-ip"] == "127.0.0.9"
    assert "connection" not in heard
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_websocket_is_passed_on(proxy: nginx.Proxy) -> None:
    _, body = ask(proxy, "/ws", Upgrade="websocket", Connection="Upgrade")
    heard = json.loads(body)["headers"]
    assert (heard["upgrade"], heard["connection"]) == ("websocket", "upgrade")


def test_a_visitor_stays_on_one_machine_and_visitors_are_shared_out(proxy: nginx.Proxy) -> None:
    served: dict[str, set[int]] = {}
    for visitor in (f"127.0.{subnet}.7" for subnet in range(1, 25)):
        for path in ("/first-picture.jpg", "/ws", "/scripts/0.js"):
            served.setdefault(visitor, set()).add(json.loads(ask(proxy, path, visitor)[1])["server"])
    assert all(len(machines) == 1 for machines in served.values())
    assert len(set.union(*served.values())) == 2


def test_metrics_are_for_this_machine(proxy: nginx.Proxy) -> None:
    assert ask(proxy, "/metrics")[0].status == 200
    assert ask(proxy, "/metrics", "127.0.0.9")[0].status == 403


@pytest.mark.parametrize(("path", "visitor"), [("/", "127.0.0.66"), ("/ws", "127.0.0.68")])
def test_a_flood_of_pages_is_refused_and_other_visitors_are_not(
    proxy: nginx.Proxy, path: str, visitor: str
) -> None:
    answers = [ask(proxy, path, visitor)[0].status for _ in range(100)]
    assert answers[:40] == [200] * 40  # a course behind one address
    assert 429 in answers
    assert ask(proxy, f"{path}?sample=x", "127.0.0.67")[0].status == 200
    assert ask(proxy, "/health", visitor)[0].status == 200


def test_a_long_link_and_the_token_of_its_page_are_passed_on(proxy: nginx.Proxy) -> None:
    assert ask(proxy, f"/?regions={'x' * 20_000}", "127.0.0.69")[0].status == 200
    assert ask(proxy, "/ws", "127.0.0.69", Sec_WebSocket_Protocol=f"bokeh, {'x' * 40_000}")[0].status == 200
