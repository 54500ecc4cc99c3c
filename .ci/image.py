"""Try the container's image where no engine can build it.

Does the steps of .docker/Dockerfile on an empty Debian that `.ci/fresh` made, starts the explorer as the image's user, and
again with PostgreSQL as .docker/compose.yaml says:

    .ci/fresh --suite trixie -- python3 .ci/image.py

Not tried by this: the base images, volumes, and what the engine keeps from the container.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
DOCKERFILE = CHECKOUT / ".docker/Dockerfile"
COMPOSE = CHECKOUT / ".docker/compose.yaml"
HEALTHY_WITHIN = 300
PASSWORD = "only-of-this-try"


def instructions(text: str) -> list[tuple[str, str]]:
    """A Dockerfile's instructions in order, each with its text on one line."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(line.split(maxsplit=1)[0].upper(), line.split(maxsplit=1)[1]) for line in whole]


def interpolated(text: str, given: dict[str, str]) -> str:
    """A text of a compose file with its variables: ${NAME}, ${NAME:-otherwise}, ${NAME:?what is missing}."""

    def value(found: re.Match[str]) -> str:
        name, mark, rest = found["name"], found["mark"], found["rest"]
        if given.get(name):
            return given[name]
        if mark == ":-":
            return rest
        raise SystemExit(f"{name} has to be given: {rest}")

    return re.sub(r"\$\{(?P<name>\w+)(?:(?P<mark>:-|:\?)(?P<rest>[^}]*))?\}", value, text)


class Image:
    """What the instructions so far have made of this machine."""

    def __init__(self) -> None:
        self.env = {"PATH": os.environ["PATH"]} | {k: v for k, v in os.environ.items() if _of_network(k)}
        self.folder = Path("/")
        self.user: int | None = None
        self.said: dict[str, list[str]] = {}

    def follow(self, name: str, text: str) -> None:
        """Do one instruction."""
        print(f"== {name} {text}", flush=True)
        if name == "RUN":
            self.run(["sh", "-ec", text])
        elif name == "ENV":
            self.env |= dict(word.split("=", 1) for word in shlex.split(text))
        elif name == "WORKDIR":
            self.folder = Path(text)
            self.folder.mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            *sources, target = text.split()
            for source in sources:
                self._copy(CHECKOUT / source, self.folder / target)
        elif name == "USER":
            self.user = int(text)
        elif name == "HEALTHCHECK":
            self.said[name] = json.loads(text.split("CMD", 1)[1])
        elif name in ("ENTRYPOINT", "CMD"):
            self.said[name] = json.loads(text)
        elif name not in ("FROM", "VOLUME", "EXPOSE", "STOPSIGNAL"):
            raise SystemExit(f"this script does not know what {name} does")

    def _copy(self, source: Path, target: Path) -> None:
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / source.name)

    def start(self, command: list[str], **env: str) -> subprocess.Popen[bytes]:
        """Start a command as the image's user, in its folder and environment."""
        who: dict[str, Any] = {}
        if self.user is not None:
            who = {"user": self.user, "group": self.user, "extra_groups": []}
        return subprocess.Popen(command, cwd=self.folder, env=self.env | env, stdin=subprocess.DEVNULL, **who)

    def run(self, command: list[str], **env: str) -> None:
        """Run a command to its end; it must not fail."""
        if code := self.start(command, **env).wait():
            raise SystemExit(f"{shlex.join(command)} ended with {code}")


def main() -> None:
    """Make the image of this machine, start it alone and with PostgreSQL."""
    if not Path("/.fresh").exists():
        raise SystemExit(".ci/image.py changes the machine it runs on: start it by .ci/fresh (see its head)")
    image = Image()
    for name, text in instructions(DOCKERFILE.read_text(encoding="utf-8")):
        image.follow(name, text)
    print("== alone", flush=True)
    command = image.said["ENTRYPOINT"] + image.said["CMD"]
    image.run([sys.executable, str(CHECKOUT / ".ci/answers.py"), *command])
    print("== with PostgreSQL", flush=True)
    _with_postgres(image)
    print("== The image's steps work")


def _with_postgres(image: Image) -> None:
    reader = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)"
    read = subprocess.run(
        [image.folder / ".venv/bin/python", "-c", reader, COMPOSE], capture_output=True, check=True
    )
    service = json.loads(interpolated(read.stdout.decode(), {"DATABASE_PASSWORD": PASSWORD}))["services"][
        "explorer"
    ]
    _start_database()
    env = service["environment"]
    server = image.start(image.said["ENTRYPOINT"] + service["command"], **env)
    try:
        deadline = time.monotonic() + HEALTHY_WITHIN
        while image.start(image.said["HEALTHCHECK"]).wait():
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the service is not healthy ({server.poll()})")
            time.sleep(1)
        image.run([*image.said["ENTRYPOINT"], "review", "export", "demo", "/data/verdicts.csv"], **env)
        kept = subprocess.run(
            ["runuser", "-u", "postgres", "--", "psql", "-Atd", "explorer", "-c", r"\dt"],
            capture_output=True, text=True, check=True, cwd="/",
        ).stdout  # fmt: skip
        if "verdict" not in kept:
            raise SystemExit(f"the explorer made no tables in PostgreSQL: {kept!r}")
    finally:
        server.send_signal(signal.SIGINT)
        ended = server.wait(60)
    print(f"healthy; tables in PostgreSQL; ended with {ended}")


def _start_database() -> None:
    """Debian's PostgreSQL, reached as `database` with a password, as in compose.yaml."""
    with Path("/etc/hosts").open("a", encoding="utf-8") as hosts:
        hosts.write("127.0.0.1 database\n")
    for command in (
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends postgresql",
        "pg_ctlcluster $(ls /usr/lib/postgresql) main start",
        f"runuser -u postgres -- psql -c \"create role explorer login password '{PASSWORD}'\"",
        "runuser -u postgres -- createdb -O explorer explorer",
    ):
        subprocess.run(["sh", "-ec", command], check=True, cwd="/", stdin=subprocess.DEVNULL)


def _of_network(name: str) -> bool:
    return name.startswith("PIP_") or name.lower().endswith("_proxy")


if __name__ == "__main__":
    main()
