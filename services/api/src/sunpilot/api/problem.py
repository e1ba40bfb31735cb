"""Errors as answers: always application/problem+json (RFC 9457), always with what to do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from sunpilot.api.access.denial import DeniedError
from sunpilot.api.refusal import (
    BrokerDownError,
    ChangedError,
    ConflictError,
    CrowdedError,
    Fault,
    InvalidError,
    NoAnswerError,
    RefusedError,
    UnknownEntityError,
)
from sunpilot.api.revision import faults_of
from sunpilot.contract.decision import Text
from sunpilot.runtime.store import StoreBusyError, StoreDownError, StoreRefusedError

MEDIA_TYPE = "application/problem+json"
ABOUT_BLANK = "about:blank"
"""The type of a problem that its status tells all about (RFC 9457, section 4.2.1)."""

RETRY_AFTER_S = 5


class FieldProblem(BaseModel):
    """One faulty field. The value that was sent is never repeated: it may be a secret.

    ``detail`` is for scripts, ``text`` says the same to people.
    """

    at: str = Field(examples=["policy.max_a"])
    detail: str = Field(examples=["Input should be less than or equal to 32"])
    text: Text = Field(examples=[{"en": "Input should be less than or equal to 32", "de": "höchstens 32"}])


class Problem(BaseModel):
    """What went wrong (``title``), and what to do: ``detail`` for scripts, ``text`` for people, by the page's labels.

    Without a ``text``, ``type`` or ``status`` tell a page all that it can say better itself.
    """

    type: str = Field(default=ABOUT_BLANK, examples=[ABOUT_BLANK])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["There is a key of this name already: remove it first, or choose another name."])
    text: Text | None = None
    errors: list[FieldProblem] | None = None


def problem(
    status: int,
    detail: str,
    text: Text | None = None,
    faults: tuple[Fault, ...] = (),
    headers: Mapping[str, str] | None = None,
    kind: str = ABOUT_BLANK,
) -> Response:
    """An answer that says what went wrong."""
    body = Problem(
        type=kind,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        text=text,
        errors=[FieldProblem(at=fault.at, detail=fault.text.en, text=fault.text) for fault in faults] or None,
    )
    return Response(body.model_dump_json(exclude_none=True), status, headers, MEDIA_TYPE)


_DETAILS = {
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take this method; the header Allow says which it takes.",
    413: "The body is larger than 64 KiB; send less.",
}


_STORE_DOWN = Text(
    en="The store does not answer. Nothing that was stored is lost; send this again in a moment.",
    de="Der Speicher der Einstellungen antwortet nicht. Nichts Gespeichertes ist verloren; versuche es gleich noch "
    "einmal.",
)
_STORE_BUSY = Text(
    en="Too many ask for this at once; try again in a moment.",
    de="Zu viele fragen gleichzeitig danach; versuche es gleich noch einmal.",
)
_STORE_REFUSED = Text(
    en="The store did not take this. See whether its disk is full, then try again.",
    de="Der Speicher der Einstellungen hat das nicht angenommen. Sieh nach, ob seine Platte voll ist, dann versuche es "
    "noch einmal.",
)


_STATUS: Mapping[type[Exception], int] = {
    UnknownEntityError: 404,
    ConflictError: 409,
    ChangedError: 412,
    InvalidError: 422,
    BrokerDownError: 503,
    CrowdedError: 503,
    StoreBusyError: 503,
    StoreDownError: 503,
    StoreRefusedError: 503,
    NoAnswerError: 504,
}


_NO_OBJECT = frozenset({"missing", "dict_type", "model_type", "model_attributes_type"})
"""How pydantic names a body that is missing, or is text, a number or a list; curl's own Content-Type makes it text."""


def answer_to(error: Exception) -> Response:
    """The answer to one of the errors that are told to clients."""
    status, detail, text, kind = _STATUS.get(type(error), 500), str(error), None, ABOUT_BLANK
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = {}
    match error:
        case DeniedError():
            status, headers, kind = error.status, error.headers, error.kind
        case HTTPException():
            status, headers = error.status_code, error.headers or {}
            detail = _DETAILS.get(status, "The request cannot be read; see /docs for what it should look like.")
        case RequestValidationError():
            errors = [_fault_of_request(fault) for fault in error.errors()]
            status, detail, faults = 422, str(InvalidError([])), tuple(faults_of(errors))
        case RefusedError():
            text = error.text
        case InvalidError():
            faults = error.faults
        case StoreBusyError():
            detail, text = _STORE_BUSY.en, _STORE_BUSY
        case StoreDownError():
            detail, text = _STORE_DOWN.en, _STORE_DOWN
        case StoreRefusedError():
            text = _STORE_REFUSED
            detail = f"Not done: {error}. See to the store (is its disk full?), then send it again."
    if status == 503:
        headers = {"Retry-After": str(RETRY_AFTER_S)}
    return problem(status, detail, text, faults, headers, kind)


def _fault_of_request(fault: dict[str, Any]) -> dict[str, Any]:
    """FastAPI's fault with the place within its body, path or query; a body that is no object is told what to be."""
    no_object = fault["type"] == "json_invalid" or (fault["loc"] == ("body",) and fault["type"] in _NO_OBJECT)
    if no_object:
        english = "send one JSON object, with the header Content-Type: application/json"
        return {"loc": ("body",), "type": "json_object", "msg": english}
    return {**fault, "loc": fault["loc"][1:] or fault["loc"]}


async def _answer(_request: Request, error: Exception) -> Response:
    return answer_to(error)


def answer_with_problems(app: FastAPI) -> None:
    """Register how each error is answered."""
    for kind in (DeniedError, HTTPException, RequestValidationError, *_STATUS):
        app.add_exception_handler(kind, _answer)
