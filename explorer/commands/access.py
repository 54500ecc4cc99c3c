"""The command that says who may come in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from explorer.core.config import settings
from explorer.core.errors import LoginError


def password(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Who logs in, and signs verdicts, by this name.")
    ],
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="The file of passwords; default: EXPLORER_LOGIN_FILE."),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Let this name in no more.")] = False,
) -> None:
    """Give somebody a password, or another one; it is asked for, and kept as a scrypt hash."""
    from explorer.review.verdicts import reviewer_name
    from explorer.server import passwords

    path = file or (Path(settings().login_file) if settings().login_file else None)
    if path is None:
        raise LoginError("which file? Name it with --file, or set EXPLORER_LOGIN_FILE")
    path, name = path.expanduser(), reviewer_name(name)
    if remove:
        passwords.put(path, name, None)
        typer.echo(f"{name} is not let in any more")
        return
    given = typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True)
    passwords.put(path, name, passwords.hashed(given))
    typer.echo(f"{name} is let in by {path}")
