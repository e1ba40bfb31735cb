"""The OpenAPI document: as FastAPI makes it, with problems by their media type, and an example of every model."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import JsonValue

from sunpilot.api.examples import EXAMPLES
from sunpilot.api.problem import MEDIA_TYPE

Schema = dict[str, Any]

_MODELS = "#/components/schemas/"


def describe(app: FastAPI) -> None:
    """Let the application describe itself; the document is made when it is first asked for."""

    def described() -> Schema:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            for operation in operations(document):
                answer = operation["responses"].get("default")
                if answer is not None:  # FastAPI gives it the route's own media type
                    (content,) = answer["content"].values()
                    answer["content"] = {MEDIA_TYPE: content}
            illustrate(document["components"]["schemas"], EXAMPLES)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def operations(document: Schema) -> Iterator[Schema]:
    """All operations of a document."""
    for path in document["paths"].values():
        yield from path.values()


def illustrate(models: Schema, examples: Mapping[str, list[JsonValue]]) -> None:
    """Give every model an example: its own, one from ``examples``, or its part in that of another model."""
    for name, model in list(models.items()):
        own = model.get("examples", examples.get(name, []))
        for example in own:
            _spread({"$ref": _MODELS + name}, example, models)
    for model in models.values():
        if "enum" in model:
            model.setdefault("examples", model["enum"][:1])


def _spread(schema: Schema, example: JsonValue, models: Schema) -> None:
    """Follow an example along its schema; models that have none yet take what belongs to them."""
    if (reference := schema.get("$ref")) is not None:
        model = models[reference.removeprefix(_MODELS)]
        model.setdefault("examples", [example])
        _spread(model, example, models)
    for choice in schema.get("anyOf") or schema.get("oneOf") or ():
        if _fits(choice, example, models):
            _spread(choice, example, models)
            break
    if isinstance(example, dict):
        for name, part in example.items():
            _spread(schema.get("properties", {}).get(name, {}), part, models)
    if isinstance(example, list):
        places = schema.get("prefixItems", [])
        for place, part in enumerate(example):
            _spread(places[place] if place < len(places) else schema.get("items", {}), part, models)


def _fits(schema: Schema, example: JsonValue, models: Schema) -> bool:
    """Whether an example may be of a schema, as far as kinds of models differ."""
    if (reference := schema.get("$ref")) is not None:
        return _fits(models[reference.removeprefix(_MODELS)], example, models)
    if not isinstance(example, dict):
        return "properties" not in schema
    properties = schema.get("properties", {})
    is_kind = all(
        "const" not in part or example.get(name, part["const"]) == part["const"] for name, part in properties.items()
    )
    return example.keys() <= properties.keys() and is_kind and set(schema.get("required", ())) <= example.keys()
