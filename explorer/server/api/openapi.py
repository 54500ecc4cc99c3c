"""The OpenAPI document of the API, made of its table of addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from explorer.core.version import __version__
from explorer.server.api.handling import JSON, ApiHandler, Asked, Operation

PARTS: dict[str, dict[str, Any]] = {
    "collection": {"type": "string", "description": "Id of a collection."},
    "item": {"type": "string", "description": "Id of an item."},
    "sample": {"type": "string", "description": "Id of a sample, as 31N_12E-218N_40_30."},
    "product": {"type": "string", "enum": ["PF-SR", "PF-QA", "S2-SR"], "description": "Id of a product."},
    "date": {
        "type": "string",
        "description": "A date of the product, as its file has it: 2018-07-02, or 2018-07.",
    },
    "ending": {"type": "string", "enum": ["json", "csv"], "description": "What the table is written as."},
    "opinion": {
        "type": "string",
        "description": "Name of an opinion: letters (a to z), digits, blank, _ . and -, 60 at most.",
    },
    "verdict": {"type": "string", "description": "Id of a verdict."},
}
"""Parts of addresses -> their schemas."""
_FAILURES = {"400": "Something in the request cannot be understood.", "401": "Who asks has to log in.",
             "404": "There is no such thing.", "429": "Too many requests; Retry-After says when to come again."}  # fmt: skip
_IN_PATH = {"ending": r"(?P<ending>json|csv)", "date": r"(?P<date>[0-9-]{7,10})"}


def pattern(path: str) -> str:
    """The regular expression of an address with parts in braces; of one without, a slash at its end does no harm."""
    plain = re.sub(r"[.]", r"\\.", path)
    found = re.sub(r"\{(\w+)\}", lambda part: _IN_PATH.get(part[1], rf"(?P<{part[1]}>[^/]{{1,200}})"), plain)
    return found if path.count("/") > 1 else f"{found}/?"


def document(routes: Mapping[str, type[ApiHandler]], base: str) -> dict[str, Any]:
    """The document (OpenAPI 3.0.3) of addresses and what answers them; `base` is the server's own address."""
    schemas: dict[str, Any] = {
        "Failure": {
            "type": "object", "required": ["code", "description"],
            "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
        }
    }  # fmt: skip
    parameters: dict[str, Any] = {}
    paths = {
        path: {
            method: _operation(path, method, told, schemas, parameters)
            for method, told in handler.operations.items()
        }
        for path, handler in routes.items()
    }
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "RapidAI4EO explorer", "version": __version__,
            "description": "Samples and dates as a STAC API and OGC API Features, pictures, profiles, verdicts and opinions.",
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }  # fmt: skip


def _operation(
    path: str, method: str, told: Operation, schemas: dict[str, Any], shared: dict[str, Any]
) -> dict[str, Any]:
    in_path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": _without(PARTS[name]),
            "description": PARTS[name]["description"],
        }
        for name in re.findall(r"\{(\w+)\}", path)
    ]
    content = {media: {"schema": _given(media)} for media in told.gives}
    answers: dict[str, Any] = {str(told.status): {"description": told.summary, "content": content}}
    failure = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Failure"}}}}
    answers |= {code: {"description": text, **failure} for code, text in _FAILURES.items()}
    name = re.sub(r"\W+", " ", f"{method} {path}").title().replace(" ", "")
    found: dict[str, Any] = {
        "operationId": name[0].lower() + name[1:], "summary": told.summary,
        "parameters": [*in_path, *(_shared(one, shared) for one in _parameters(told.asked))], "responses": answers,
    }  # fmt: skip
    if told.body is not None:
        whole = _as_30(
            told.body.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
        )
        schemas |= whole.pop("$defs", {})
        schemas[told.body.__name__] = whole
        schema = {"$ref": f"#/components/schemas/{told.body.__name__}"}
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if told.file:
        found["requestBody"] = {
            "required": True,
            "content": {media: {"schema": _given(media)} for media in told.file},
        }
    return found


def _parameters(asked: type[Asked]) -> list[dict[str, Any]]:
    whole = _as_30(asked.model_json_schema(by_alias=True))
    found = []
    for name, schema in whole.get("properties", {}).items():
        one: dict[str, Any] = {
            "name": name,
            "in": "query",
            "required": name in whole.get("required", ()),
            "schema": _without(schema),
        }
        if "description" in schema:
            one["description"] = schema["description"]
        if schema.get("type") == "array":
            one |= {"style": "form", "explode": False}
        found.append(one)
    return found


def _shared(parameter: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """The size of a page by reference: QGIS and GDAL look for it among the components, and fetch small pages where it is elsewhere."""
    if parameter["name"] != "limit" or shared.setdefault("limit", parameter) != parameter:
        return parameter
    return {"$ref": "#/components/parameters/limit"}


def _without(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in ("description", "title")}


def _given(media: str) -> dict[str, Any]:
    text = {"type": "string"} if media.startswith("text/") else {"type": "string", "format": "binary"}
    return {"type": "object"} if "json" in media else text


def _as_30(schema: Any) -> Any:
    """A JSON schema as OpenAPI 3.0 has it: null is a flag, and so is an excluded bound, a constant an enumeration, a tuple a list."""
    if isinstance(schema, list):
        return [_as_30(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _as_30(value) for key, value in schema.items()}
    if isinstance(found.get("anyOf"), list) and {"type": "null"} in found["anyOf"]:
        left = [one for one in found.pop("anyOf") if one != {"type": "null"}]
        found = {**(left[0] if len(left) == 1 else {"anyOf": left}), **found, "nullable": True}
        if found.get("default", "") is None:
            del found["default"]
    for excluded, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(found.get(excluded), (int, float)):
            found[bound], found[excluded] = found[excluded], True
    if "const" in found:
        found["enum"] = [found.pop("const")]
    if "prefixItems" in found:
        found["items"] = found.pop("prefixItems")[0]
    return found
