"""REST: the way in for a person: the first password, logging in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, ConfigDict, Field, SecretStr
from pydantic_core import PydanticCustomError

from sunpilot.api.access.asker import Asker, Kind
from sunpilot.api.access.origin import is_over_tls
from sunpilot.api.access.password import LONGEST, SHORTEST
from sunpilot.api.access.scope import Scope
from sunpilot.api.context import CurrentAsker, MayRead, Open
from sunpilot.api.cookie import forget_cookie, set_cookie
from sunpilot.api.request import Request as Body
from sunpilot.contract.message import Part

router = APIRouter(tags=["access"])

_EXAMPLE = "correct horse battery"


def _is_text(secret: SecretStr) -> SecretStr:
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("no_text", "this is no Unicode text") from None
    return secret


Text = Annotated[SecretStr, AfterValidator(_is_text)]
Proof = Annotated[Text, Field(min_length=1, max_length=256, examples=[_EXAMPLE])]
NewPassword = Annotated[Text, Field(min_length=SHORTEST, max_length=LONGEST, examples=[_EXAMPLE])]


class NewLogin(Body):
    """The password. The set-up code, which is the first API key, is taken as well."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": _EXAMPLE}]})

    password: Proof


class PasswordChange(Body):
    """``current`` is the password that holds, or the set-up code: at the first visit, and where it was forgotten."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"current": "the set-up code that sunpilot-key shows", "new": _EXAMPLE}]}
    )

    current: Proof
    new: NewPassword


class AskerView(Part):
    """By what the asker is known, and what that allows."""

    kind: Kind
    scope: Scope

    @classmethod
    def of(cls, asker: Asker | None) -> "AskerView | None":
        """The asker as shown; None for a stranger."""
        return None if asker is None else cls(kind=asker.kind, scope=asker.scope)


class AccessView(Part):
    """``asker`` is null for a stranger; ``password_is_set`` is null while the store is away."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"password_is_set": True, "asker": {"kind": "login", "scope": "configure"}, "open_reading": False}
            ]
        }
    )

    password_is_set: bool | None
    asker: AskerView | None
    open_reading: bool


class LoggedIn(Part):
    """What the log-in allows."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scope": "configure"}]})

    scope: Scope = Scope.CONFIGURE


async def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _over_tls(request: Request) -> bool:
    return request.url.scheme == "https" or is_over_tls(request.headers.get("Origin"))


Address = Annotated[str, Depends(_address)]
OverTls = Annotated[bool, Depends(_over_tls)]


@router.get("/access")
async def get_access(context: Open, asker: CurrentAsker) -> AccessView:
    """Who asks, and what the page must ask for: open to all."""
    access = context.access
    return AccessView(
        password_is_set=access.password.is_set if access.is_restored else None,
        asker=AskerView.of(asker),
        open_reading=access.is_reading_open,
    )


@router.post("/login")
async def log_in(new: NewLogin, context: Open, address: Address, over_tls: OverTls, response: Response) -> LoggedIn:
    """Log a browser in, by a cookie that lasts until it was not used for 30 days. Wrong passwords are slowed (429)."""
    context.access.require_restored()
    token = await context.access.password.log_in(new.password, address, over_tls=over_tls)
    response.headers["Set-Cookie"] = set_cookie(token, over_tls=over_tls)
    return LoggedIn()


@router.delete("/login", status_code=204, response_class=Response)
async def log_out(context: MayRead, asker: CurrentAsker, response: Response) -> None:
    """Log this browser out. Does nothing for who came with a key."""
    if asker is not None and asker.kind is Kind.LOGIN:
        await context.access.logins.end(asker.entry)
    response.headers["Set-Cookie"] = forget_cookie()


@router.put("/password")
async def set_password(
    change: PasswordChange, context: Open, address: Address, over_tls: OverTls, response: Response
) -> LoggedIn:
    """Set the password: the first, another, or a new one for one that was forgotten. Logs everybody else out."""
    context.access.require_restored()
    token = await context.access.password.set(change.current, change.new, address, over_tls=over_tls)
    response.headers["Set-Cookie"] = set_cookie(token, over_tls=over_tls)
    return LoggedIn()
