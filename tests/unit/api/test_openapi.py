"""The description of the REST API: complete, with examples that are right, and a page that shows it."""

from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import jsonschema_rs
import pytest

from sunpilot.api.app import create_app
from sunpilot.api.docs_page import page
from sunpilot.api.openapi import illustrate, operations
from tests.unit.api.conftest import World

DOCUMENT: dict[str, Any] = create_app(MagicMock()).openapi()
MODELS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = {operation["operationId"]: operation for operation in operations(DOCUMENT)}


def test_operation_ids_stay_what_they_are_for_programs_are_made_from_them() -> None:
    """A new operation adds its line; a line that goes or changes breaks what others have built."""
    named = {
        f"{method.upper()} {path} {operation['operationId']}"
        for path, described in DOCUMENT["paths"].items()
        for method, operation in described.items()
    }
    frozen = (Path(__file__).parent / "operation_ids.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(named) == frozen


def test_operation_ids_are_unique() -> None:
    assert len(OPERATIONS) == sum(len(path) for path in DOCUMENT["paths"].values())


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_what_it_does_and_shows_what_goes_in_and_comes_out(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert operation["description"].endswith((".", "again"))
    assert operation["tags"]
    for parameter in operation.get("parameters", []):
        assert parameter.get("description"), parameter["name"]
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    bodies += [answer for status, answer in operation["responses"].items() if status != "default"]
    for body in bodies:
        for content in body.get("content", {}).values():
            assert "example" in content or _names_a_model(content["schema"])


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_described_and_has_an_example_that_fits(name: str) -> None:
    assert MODELS[name]["description"]
    assert MODELS[name]["examples"]
    validator = jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{name}", "components": {"schemas": MODELS}})
    for example in MODELS[name]["examples"]:
        assert [error.message for error in validator.iter_errors(example)] == []


def test_every_problem_comes_by_its_media_type() -> None:
    for path, described in DOCUMENT["paths"].items():
        for operation in described.values():
            if path.startswith("/api/"):
                assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]


def test_a_model_takes_its_part_of_the_example_of_another() -> None:
    models: dict[str, Any] = {
        "House": {"properties": {"door": {"anyOf": [{"$ref": "#/components/schemas/Door"}, {"type": "null"}]}}},
        "Door": {"properties": {"colour": {"$ref": "#/components/schemas/Colour"}}},
        "Colour": {"enum": ["red", "green"]},
    }
    illustrate(models, {"House": [{"door": {"colour": "green"}}]})
    assert models["Door"]["examples"] == [{"colour": "green"}]
    assert models["Colour"]["examples"] == ["green"]


async def test_the_reference_is_open_needs_no_foreign_file_and_no_script(world: World) -> None:
    answer = await world.stranger.get("/docs")
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert 'src="http' not in answer.text
    for name in OPERATIONS:
        assert f'id="{name}"' in answer.text


def test_the_reference_escapes_what_it_shows() -> None:
    hostile = {
        "info": {"version": "<1>"},
        "paths": {"/<x>": {"get": {"operationId": "a", "summary": "<b>", "description": "<i>", "responses": {}}}},
    }
    shown = page(hostile)
    assert not any(tag in shown for tag in ("<1>", "<x>", "<b>", "<i>"))


def _names_a_model(schema: dict[str, Any]) -> bool:
    choices = [schema, schema.get("items", {}), *schema.get("anyOf", [])]
    return any("$ref" in choice for choice in choices)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/inverters", "GET, HEAD, POST"),
        ("/api/v1/inverters/1", "DELETE, GET, HEAD, PATCH"),
        ("/api/v1/wattpilots/1/override", "DELETE, PUT"),
        ("/api/v1/notifications/test", "POST"),
        ("/docs", "GET, HEAD"),
        ("/api/v1/live", "GET"),
    ],
)
async def test_a_wrong_method_is_told_all_the_right_ones(world: World, path: str, allowed: str) -> None:
    answer = await world.http.request("TRACE", path)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == allowed
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/api/v1/houses/2", "/api/v1/access", "/api/v1/inverters/9", "/healthz", "/docs", "/openapi.json"]
)
async def test_head_is_answered_as_get_is(world: World, path: str) -> None:
    await world.add()
    world.http.headers["Accept-Encoding"] = "identity"  # compressed: see test_compression.py
    got, head = await world.http.get(path), await world.http.head(path)
    assert (head.status_code, head.headers) == (got.status_code, got.headers)
    assert int(head.headers["Content-Length"]) == len(got.content) > 0


async def test_a_stranger_learns_by_head_only_what_get_tells_him(world: World) -> None:
    assert (await world.stranger.head("/api/v1/access")).status_code == 200
    assert (await world.stranger.head("/api/v1/houses")).status_code == 401


async def test_an_answer_without_content_claims_no_type_of_content(world: World) -> None:
    made = await world.add(wattpilot_id=1)
    await world.learn()
    key = (await world.http.post("/api/v1/keys", json={"name": "script", "scope": "read"})).json()
    target = (await world.http.post("/api/v1/notifications", json={"name": "a", "url": "ntfys://ntfy.sh/topic"})).json()
    numbers = {"inverter_id": made["id"], "wattpilot_id": 1, "key_id": key["id"], "target_id": target["id"]}
    paths = (await world.http.get("/openapi.json")).json()["paths"]
    silent = [
        (method, path) for path, verbs in paths.items() for method, verb in verbs.items() if "204" in verb["responses"]
    ]
    assert len(silent) > 7
    for method, path in sorted(silent, key=lambda one: (-one[1].count("/"), one[1])):  # orders before their Wattpilot
        answer = await world.http.request(method.upper(), path.format(**numbers), params={"with_house": True})
        assert (answer.status_code, answer.content, answer.headers.get("Content-Type")) == (204, b"", None), path


@pytest.mark.parametrize("path", ["/api/v1/live", "/oauth/solaredge"])
async def test_head_neither_follows_a_stream_nor_takes_a_code(world: World, path: str) -> None:
    answer = await world.http.head(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
