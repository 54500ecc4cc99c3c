"""Libraries that one part of the explorer alone needs: what to install is said where that part is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from explorer.core.errors import MissingPackageError


@contextmanager
def needed(extra: str, purpose: str) -> Iterator[None]:
    """Within this, a package that is not installed is a `MissingPackageError` that says which extra brings it.

    >>> with needed("compute", "scoring labels"):
    ...     import no_such_package
    Traceback (most recent call last):
    explorer.core.errors.MissingPackageError: scoring labels needs no_such_package, which is not installed: pip install 'rapidai4eo-explorer[compute]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            f"{purpose} needs {error.name}, which is not installed: pip install 'rapidai4eo-explorer[{extra}]'",
            name=error.name,
        ) from error
