"""The types of all messages for the page's scripts: `python -m tests.scripts.message_types` prints `views/messages.d.ts`."""

from __future__ import annotations

import inspect
import sys
from dataclasses import is_dataclass
from textwrap import indent
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import numpy as np

import explorer.app  # noqa: F401  all components are known by then
from explorer.views.common.components import COMPONENTS
from explorer.views.common.messages import FromBrowser, MessageField, fields_of

_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", bytes: "ArrayBuffer", NoneType: "null", Any: "any", np.ndarray: "NumPyArray"}  # fmt: skip
_HELPERS = """/** An array of NumPy as Bokeh sends it: `plainArray` makes an ordinary one of it. */
export interface NumPyArray extends ArrayLike<number> {
  dtype: string
  buffer: ArrayBuffer
  byteOffset: number
}

/** A handler for each message of the server. */
export type Handlers<C extends keyof Told> = { [K in keyof Told[C]]: (data: Told[C][K]) => void }

/** A component's model in its script: what it says goes to `send_msg`; beside these it has properties of its own. */
export interface Model<C extends keyof Told> {
  bus: string
  send_msg(message: Said[C]): void
  on(event: string, listener: (data?: any) => void): void
  [property: string]: any
}

/** What Panel draws a component with. */
export interface Drawn<C extends keyof Told> {
  model: Model<C>
  el: any
}

/** A message that is numbered as it is sent (`makeChoices`). */
export type Unnumbered<M> = M extends { number: number } ? Omit<M, "number"> : never
"""


class Types:
    """TypeScript of Python's types; `named` gathers TypedDicts and dataclasses, which get an interface each."""

    def __init__(self) -> None:
        self.named: dict[str, tuple[Any, str]] = {}

    def of(self, kind: Any) -> str:
        """A type in TypeScript. Raises `TypeError` where there is none for it, and where two have the same name."""
        if kind in _PLAIN:
            return _PLAIN[kind]
        origin, args = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self.of(args[0])
        if origin in (Union, UnionType):
            return " | ".join(dict.fromkeys(self.of(one) for one in args))
        if origin is Literal:
            return " | ".join(f'"{one}"' for one in args)
        if origin is list or (origin is tuple and args[1:] == (...,)):
            item = self.of(args[0])
            return f"({item})[]" if " | " in item else f"{item}[]"
        if origin is tuple:
            return f"[{', '.join(map(self.of, args))}]"
        if origin is dict:
            text = f"Record<{self.of(args[0])}, {self.of(args[1])}>"
            return f"Partial<{text}>" if get_origin(args[0]) is Literal else text
        if is_typeddict(kind) or is_dataclass(kind):
            return self._interface(kind)
        raise TypeError(f"no type of the scripts is known for {kind}")

    def lines(self, fields: dict[str, MessageField]) -> list[str]:
        """The fields of an object's type."""
        return [
            f"{name}{'?' if field.optional else ''}: {self.of(field.kind)}" for name, field in fields.items()
        ]

    def _interface(self, kind: Any) -> str:
        name, optional = kind.__name__, getattr(kind, "__optional_keys__", ())
        if self.named.setdefault(name, (kind, ""))[0] is not kind:
            raise TypeError(f"two kinds of content are called {name}")
        fields = {
            key: MessageField(of, key in optional)
            for key, of in get_type_hints(kind, include_extras=True).items()
        }
        self.named[name] = kind, f"{_comment(kind)}export interface {name} {_block(self.lines(fields))}"
        return name


def _comment(documented: Any) -> str:
    text = inspect.getdoc(documented)
    return f"/** {' '.join(text.split())} */\n" if text else ""


def _block(lines: list[str]) -> str:
    return "{\n" + indent("".join(f"{line}\n" for line in lines), "  ") + "}\n"


def types() -> str:
    """The text of `messages.d.ts`."""
    known = Types()
    told: list[str] = []
    said: list[str] = []
    for name, component in sorted(COMPONENTS.items()):
        script, says = component.script, component.from_script
        handlers = [
            f"{_comment(getattr(script, kind))}{kind}: {{ {'; '.join(known.lines(fields))} }}".replace(
                "{  }", "{}"
            )
            for kind, fields in fields_of(type(script)).items()
        ]
        told.append(f"{_comment(type(script))}{name}: {_block(handlers)}".rstrip())
        kinds = [
            "| { " + "; ".join([f'type: "{kind}"', *known.lines(fields)]) + " }\n"
            for kind, fields in fields_of(says).items()
        ]
        comment = "" if says is FromBrowser else _comment(says)
        said.append(f"{comment}{name}:\n{indent(''.join(kinds), '  ')}".rstrip())
    return "\n".join(
        [
            "// Written by `make scripts` from the `messages.py` of each view: change those.\n",
            f"/** What a component's script is told: component -> kind -> fields. */\nexport interface Told {_block(told)}",
            f"/** What a component's script says. */\nexport interface Said {_block(said)}",
            _HELPERS,
            *(text for _, text in known.named.values()),
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(types())
