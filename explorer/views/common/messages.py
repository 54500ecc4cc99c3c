"""Messages between a component and its script: a class for each direction, a method a message, its arguments the fields.

```python
class ToLegend(ToBrowser):
    def density(self, *, most: int | None, colours: list[str]) -> None: ...

class FromLegend(FromBrowser):
    def level(self, *, level: Number) -> None: ...

class Legend(Component):
    script = ToLegend()
    from_script = FromLegend

legend.on = {"level": lambda data: ...}
legend.script.density(most=None, colours=[])  # mypy knows the fields
```

`make scripts` writes their types for the scripts, `views/messages.d.ts`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import asdict, dataclass, is_dataclass
from functools import wraps
from typing import Any, Self, Unpack, get_args, get_origin, get_type_hints

from explorer.views.common.message_fields import Field, check_of


class ToBrowser:
    """What a component's script is told: it has a handler of each method's name. A default is sent where nothing is said.

    What a dataclass holds, and a list of such, is sent as dictionaries.
    """

    def __init__(self, component: Any = None) -> None:
        self._component = component

    def __init_subclass__(cls) -> None:
        for kind, method in _messages(vars(cls)).items():
            setattr(cls, kind, _sending(kind, method))

    def __get__(self, component: Any, owner: type) -> Self:
        """The same for one component."""
        return type(self)(component)


class FromBrowser:
    """What a component's script says. Its fields are bounded by their types (`message_fields`); with a default, it may leave one out.

    Nobody calls these methods: what comes is checked, and given to the function of that name in `Component.on`.
    """

    def ready(self) -> None:
        """The script is there, and has its handlers."""


@dataclass(frozen=True)
class MessageField:
    """A field of a message: its type, and whether it can be missing."""

    kind: Any
    optional: bool


def fields_of(direction: type[ToBrowser | FromBrowser]) -> dict[str, dict[str, MessageField]]:
    """The messages of one direction: kind -> name of a field -> what it is."""
    filled = issubclass(direction, ToBrowser)
    return {
        kind: _fields(method, filled)
        for kind, method in _messages(dict(inspect.getmembers(direction, inspect.isfunction))).items()
    }


def checks_of(direction: type[FromBrowser]) -> dict[str, dict[str, Field]]:
    """What a script may say, with the check of each field. Raises `TypeError` for a field that is not bounded."""
    return {
        kind: {name: check_of(field.kind) for name, field in fields.items()}
        for kind, fields in fields_of(direction).items()
    }


def _messages(members: Any) -> dict[str, Callable[..., None]]:
    return {
        name: method
        for name, method in members.items()
        if inspect.isfunction(method) and not name.startswith("_")
    }


def _fields(method: Callable[..., None], filled: bool) -> dict[str, MessageField]:
    hints, found = get_type_hints(method, include_extras=True), {}
    for name, parameter in list(inspect.signature(method).parameters.items())[1:]:
        if get_origin(hints[name]) is Unpack:
            content = get_args(hints[name])[0]
            for key, kind in get_type_hints(content, include_extras=True).items():
                found[key] = MessageField(kind, key in content.__optional_keys__)
        else:
            found[name] = MessageField(hints[name], not filled and parameter.default is not parameter.empty)
    return found


def _sending(kind: str, method: Callable[..., None]) -> Callable[..., None]:
    defaults = getattr(method, "__kwdefaults__", None) or {}

    @wraps(method)
    def send(self: ToBrowser, **content: Any) -> None:
        fields = defaults | content
        self._component.send(kind, **{name: _plain(value) for name, value in fields.items()})

    return send


def _plain(value: Any) -> Any:
    if isinstance(value, list) and value and is_dataclass(value[0]):
        return [_plain(one) for one in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
