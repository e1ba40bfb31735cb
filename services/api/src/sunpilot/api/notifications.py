"""REST: who is told, and of what."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import MISSING, ConfigDict, Field, JsonValue, SecretStr

from sunpilot.api.context import Context, EntityId, MayConfigure, MayRead
from sunpilot.api.etag import TAGGED, IfMatch, etag
from sunpilot.api.notification.address import MOST_CHARACTERS, BadAddressError, scheme_of, shown
from sunpilot.api.notification.target import Attempt, Event, Language, Target, said
from sunpilot.api.notification.words import trial
from sunpilot.api.refusal import Fault, InvalidError
from sunpilot.api.request import Name, Request
from sunpilot.contract.message import Part

# Numbers alone are meant (``:int``): /notifications/test is another address, with methods of its own.
router = APIRouter(prefix="/notifications", tags=["notifications"])

Address = Annotated[
    SecretStr,
    Field(
        min_length=1,
        max_length=MOST_CHARACTERS,
        description="The service's address as Apprise writes it. A secret: it goes in and never comes out.",
        examples=["ntfys://ntfy.sh/a-topic-of-mine"],
    ),
]
Events = Annotated[
    tuple[Annotated[Event, Field(strict=False)], ...],
    Field(strict=False, max_length=len(Event), description="What it is told of."),
]
Words = Annotated[Language, Field(strict=False)]

_EXAMPLE: dict[str, JsonValue] = {
    "name": "My phone",
    "url": "ntfys://ntfy.sh/a-topic-of-mine",
    "events": ["charging_started", "charging_stopped", "fault"],
    "language": "en",
}


class NewNotification(Request):
    """A target of notifications. Without ``events``, it is told of all."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    url: Address
    events: Events = tuple(Event)
    language: Words = Language.EN
    enabled: bool = True


class NotificationChange(Request):
    """What to change of a target; what is left out stays, the address too."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"events": ["fault"], "enabled": True}]})

    name: Name | MISSING = MISSING
    url: Address | MISSING = MISSING
    events: Events | MISSING = MISSING
    language: Words | MISSING = MISSING
    enabled: bool | MISSING = MISSING


class NotificationTrial(Request):
    """An address to try before it is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"url": _EXAMPLE["url"], "language": "en"}]})

    url: Address
    language: Words = Language.EN


class NotificationView(Part):
    """A target as it is shown: of its address no more than the scheme; ``last`` is what became of the last message."""

    id: int
    name: str
    service: str
    address: str
    events: tuple[Event, ...]
    language: Language
    enabled: bool
    last: Attempt | None

    @classmethod
    def of(cls, target: Target, last: Attempt | None) -> "NotificationView":
        """The target with its last message."""
        return cls(**dict(target), address=shown(target.service), last=last)


@router.get("")
async def list_notifications(context: MayRead) -> list[NotificationView]:
    """All targets of notifications."""
    attempts = await context.targets.attempts()
    targets = await context.targets.all()
    return [NotificationView.of(targets[number], attempts.get(number)) for number in sorted(targets)]


@router.post("", status_code=201, responses={201: TAGGED})
async def add_notification(new: NewNotification, context: MayConfigure, response: Response) -> NotificationView:
    """Tell somebody from now on."""
    try:
        target = await context.targets.add(new.url, new.model_dump(exclude={"url"}))
    except BadAddressError as error:
        raise _refused(error) from None
    response.headers["ETag"] = etag(target)
    response.headers["Location"] = f"/api/v1/notifications/{target.id}"
    return NotificationView.of(target, None)


@router.get("/{target_id:int}", responses={200: TAGGED})
async def get_notification(target_id: EntityId, context: MayRead, response: Response) -> NotificationView:
    """One target."""
    target = await context.targets.get(target_id)
    response.headers["ETag"] = etag(target)
    return await _view(target, context)


@router.patch("/{target_id:int}", responses={200: TAGGED})
async def change_notification(
    target_id: EntityId, change: NotificationChange, context: MayConfigure, response: Response, if_match: IfMatch
) -> NotificationView:
    """Change some of a target; without ``url``, the stored address stays."""
    address = None if change.url is MISSING else change.url
    try:
        target = await context.targets.change(target_id, address, change.model_dump(exclude={"url"}), if_match)
    except BadAddressError as error:
        raise _refused(error) from None
    response.headers["ETag"] = etag(target)
    return await _view(target, context)


@router.delete("/{target_id:int}", status_code=204, response_class=Response)
async def delete_notification(target_id: EntityId, context: MayConfigure, if_match: IfMatch) -> None:
    """Tell it no more; its address is forgotten."""
    await context.targets.delete(target_id, if_match)


@router.post("/test")
async def test_address(new: NotificationTrial, context: MayConfigure) -> Attempt:
    """Send a message to an address that is not kept, and say what became of it, within 20 s."""
    address = new.url.get_secret_value()
    try:
        scheme_of(address)
    except BadAddressError as error:
        raise _refused(error) from None
    return await _try(address, new.language, context)


@router.post("/{target_id}/test")
async def test_notification(target_id: EntityId, context: MayConfigure) -> Attempt:
    """Send a message to a target, and say what became of it, within 20 s."""
    target = await context.targets.get(target_id)
    address = await context.targets.address(target_id)
    attempt = await _try(address.get_secret_value(), target.language, context)
    await context.targets.note(target_id, attempt)
    return attempt


async def _try(address: str, language: Language, context: Context) -> Attempt:
    outcome = await context.notifier.tell(address, trial(), language)
    return Attempt(at=context.clock.now(), outcome=outcome, text=said(outcome))


async def _view(target: Target, context: Context) -> NotificationView:
    return NotificationView.of(target, (await context.targets.attempts()).get(target.id))


def _refused(error: BadAddressError) -> InvalidError:
    return InvalidError([Fault("url", error.text)])
