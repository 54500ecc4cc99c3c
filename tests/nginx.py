"""A real nginx for tests, with the configuration that is told in assets/docs/deploy: on ports of its own, gone afterwards."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from explorer.core.assets import asset

EXAMPLE = asset("docs/deploy/nginx.conf")
_AROUND = """
daemon off; master_process off; pid {folder}/pid; error_log stderr warn;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/explorer.conf;
}}
"""


@dataclass
class Proxy:
    """A running nginx: its ports, and a context that trusts its certificate."""

    http: int
    https: int
    context: ssl.SSLContext


def missing() -> str | None:
    """Why no nginx can be started here; None where one can."""
    for name in ("nginx", "openssl"):
        if program(name) is None:
            return f"{name} is not installed (Debian: apt-get install {name})"
    return None


def program(name: str) -> str | None:
    """The path of a program; Debian keeps nginx where a user's PATH does not look."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def before(
    servers: Sequence[str], *, https: int | None = None, calls_it: str = "$http_host"
) -> Iterator[Proxy]:
    """nginx before `servers` (`host:port`), as the example says but for ports, certificate and the servers' addresses.

    `calls_it` is the name in the requests that it passes on; by default the one that the visitor used.
    """
    with tempfile.TemporaryDirectory(prefix="explorer-nginx-") as name:
        folder = Path(name)
        proxy = Proxy(free_port(), https or free_port(), ssl.create_default_context())
        _certify(folder)
        proxy.context.load_verify_locations(folder / "cert.pem")
        (folder / "explorer.conf").write_text(_adapted(folder, proxy, servers, calls_it), encoding="utf-8")
        (folder / "nginx.conf").write_text(_AROUND.format(folder=folder), encoding="utf-8")
        nginx = program("nginx")
        assert nginx
        command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        running = subprocess.Popen(command)
        try:
            _wait(running, proxy.https)
            yield proxy
        finally:
            running.terminate()
            running.wait(30)


def _adapted(folder: Path, proxy: Proxy, servers: Sequence[str], calls_it: str) -> str:
    text = EXAMPLE.read_text(encoding="utf-8")
    for pattern, instead in (
        (r"listen \[::\]:\d+( ssl)?;", ""),
        (r"Host \$http_host;", f"Host {calls_it};"),
        (r"listen 80;", f"listen 127.0.0.1:{proxy.http};"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{proxy.https} ssl;"),
        (r"ssl_certificate [^;]+;", f"ssl_certificate {folder}/cert.pem;"),
        (r"ssl_certificate_key [^;]+;", f"ssl_certificate_key {folder}/key.pem;"),
        (r"server 127\.0\.0\.1:5006([^;]*);", "".join(rf"server {server}\1; " for server in servers)),
    ):
        text, found = re.subn(pattern, instead, text)
        assert found, f"{EXAMPLE.name} has no longer {pattern}"
    return text


def _certify(folder: Path) -> None:
    openssl = program("openssl")
    assert openssl
    done = subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _wait(running: subprocess.Popen[bytes], port: int) -> None:
    import tenacity

    for attempt in tenacity.Retrying(
        stop=tenacity.stop_after_delay(30), wait=tenacity.wait_fixed(0.05), reraise=True
    ):
        with attempt:
            if running.poll() is not None:
                raise SystemError("nginx ended; what it said is above")
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
