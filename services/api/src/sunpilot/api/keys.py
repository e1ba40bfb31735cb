"""REST: API keys for scripts."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, JsonValue

from sunpilot.api.access.keyring import StoredKey
from sunpilot.api.access.scope import Scope
from sunpilot.api.context import EntityId, MayConfigure
from sunpilot.api.request import Name, Request
from sunpilot.contract.message import Part

router = APIRouter(prefix="/keys", tags=["access"])

_EXAMPLE: dict[str, JsonValue] = {
    "id": 7,
    "name": "wall display",
    "scope": "read",
    "made_on": "2026-06-21",
    "used_on": "2026-06-22",
}


class NewKey(Request):
    """A key to make: ``read`` sees everything, ``control`` gives orders besides, ``configure`` does all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "wall display", "scope": "read"}]})

    name: Name
    scope: Annotated[Scope, Field(strict=False)]


class KeyView(Part):
    """A key without its secret; ``used_on`` is the last day of use (UTC), null before the first."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: int
    name: str
    scope: Scope
    made_on: date
    used_on: date | None

    @classmethod
    def of(cls, key: StoredKey) -> "KeyView":
        """The key as shown."""
        return cls(id=key.id, name=key.name, scope=key.scope, made_on=key.made_on, used_on=key.used_on)


class MadeKey(KeyView):
    """A key that was just made. ``key`` is shown this once: what is stored of it cannot be turned back."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"key": "sunpilot_…"}]})

    key: str


@router.get("")
async def list_keys(context: MayConfigure) -> list[KeyView]:
    """All keys but the first, which lies in a file."""
    return [KeyView.of(key) for key in context.access.keyring.keys]


@router.post("", status_code=201)
async def make_key(new: NewKey, context: MayConfigure, response: Response) -> MadeKey:
    """Make a key for a script. Copy it now: nobody can show it again."""
    context.access.require_restored()
    key, secret = await context.access.keyring.make(new.name, new.scope, context.access.today)
    response.headers["Location"] = f"/api/v1/keys/{key.id}"
    return MadeKey(**dict(KeyView.of(key)), key=secret)


@router.delete("/{key_id}", status_code=204, response_class=Response)
async def revoke_key(key_id: EntityId, context: MayConfigure) -> None:
    """Revoke a key; it is worthless at once."""
    context.access.require_restored()
    await context.access.keyring.revoke(key_id)
