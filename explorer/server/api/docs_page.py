"""The OpenAPI document as a page for people: each address with what it takes and gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from explorer.server import plain_pages

Json = Mapping[str, Any]


def html(document: Json) -> str:
    """The page of an OpenAPI document (3.0)."""
    title, base = document["info"]["title"], document["servers"][0]["url"]
    parts = [
        f"<h1>{escape(title)} for programs</h1>",
        f"<p>{escape(document['info']['description'])} Version {escape(document['info']['version'])}.</p>",
        f"<p>All addresses are below <code>{escape(base)}</code>. Where one has to log in, they take a token:"
        " <code>Authorization: Bearer TOKEN</code>. A failure is JSON, with <code>code</code> and <code>description</code>."
        " The same for programs: <a href='../api'>the OpenAPI document</a>.</p>",
    ]
    for path, methods in document["paths"].items():
        parts.append(f"<h2><code>{escape(path)}</code></h2>")
        for method, told in methods.items():
            parts += _operation(method, path, told, document)
    return plain_pages.document(f"{escape(title)} for programs", "\n".join(parts), root="../")


def _operation(method: str, path: str, told: Json, document: Json) -> list[str]:
    gives = next(answer for code, answer in told["responses"].items() if code.startswith("2"))
    parts = [
        f"<p><b>{escape(method.upper())}</b> {escape(told['summary'])}. Gives {_listed(gives['content'])}.</p>"
    ]
    body = told.get("requestBody")
    if body is not None:
        schema = next(iter(body["content"].values()))["schema"]
        fields = ", ".join(_resolved(schema, document).get("properties", {}))
        parts.append(
            f"<p>Takes {_listed(body['content'])}{f': <code>{escape(fields)}</code>' if fields else ''}.</p>"
        )
    parameters = [_resolved(one, document) for one in told["parameters"]]
    if parameters:
        parts.append("<table><tr><th>Parameter</th><th>What it takes</th><th>What it says</th></tr>")
        parts += [_parameter(one) for one in parameters]
        parts.append("</table>")
    if method == "get" and "{" not in path and not any(one["required"] for one in parameters):
        address = f"..{path}"
        parts.append(f"<p><a href='{escape(address)}'>Ask it</a></p>")
    return parts


def _parameter(one: Json) -> str:
    said = one.get("description", "") + (" Always given." if one["required"] and one["in"] == "query" else "")
    name = f"{{{one['name']}}}" if one["in"] == "path" else one["name"]
    cells = f"<code>{escape(name)}</code>", escape(_kind(one["schema"])), _prose(said)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _prose(text: str) -> str:
    """A description: what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _kind(schema: Json) -> str:
    """What a value may be, in words."""
    if "anyOf" in schema or "allOf" in schema:
        return " or ".join(_kind(one) for one in (*schema.get("anyOf", ()), *schema.get("allOf", ())))
    if "enum" in schema:
        found = " or ".join(map(str, schema["enum"]))
    elif schema.get("type") == "array":
        found = f"list of {_kind(schema['items'])}s, with commas"
    else:
        kind = str(schema.get("type", "value"))
        found = {"string": "text", "integer": "whole number"}.get(kind, kind)
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None or high is not None:
        found += f", {'' if low is None else low} to {'' if high is None else high}".replace(",  to", ", to")
    return found + (f"; else {schema['default']}" if schema.get("default") not in (None, "", [], {}) else "")


def _resolved(one: Json, document: Json) -> Json:
    if "$ref" not in one:
        return one
    found: Any = document
    for name in one["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def _listed(content: Json) -> str:
    return ", ".join(f"<code>{escape(media)}</code>" for media in content)
