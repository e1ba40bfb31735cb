"""REST and browser: a person's consent at SolarEdge, which gives a code for the fetcher. No code is ever shown."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ConfigDict, Field, SecretStr

from sunpilot.api.accepted import Accepted
from sunpilot.api.consent_page import TEXTS, language_of, page
from sunpilot.api.consents import LASTS_S, Return, Said
from sunpilot.api.context import Context, EntityId, MayConfigure, Open
from sunpilot.api.refusal import ConflictError, Fault, InvalidError, UnknownEntityError
from sunpilot.api.request import Request as Body
from sunpilot.contract.decision import Text
from sunpilot.contract.message import Part
from sunpilot.contract.source_settings import SolarEdgeV2
from sunpilot.runtime.store import StoreDownError, StoreRefusedError

router = APIRouter(prefix="/inverters", tags=["inverters"])
callback = APIRouter(prefix="/oauth")

_PRIVATE = {"Cache-Control": "no-store"}

SourceName = Annotated[Literal["source", "fallback"], Field(description="Which of the inverter's two sources.")]


class NewConsent(Body):
    """``redirect_uri`` is where SolarEdge sends the browser back to, as it is registered for your app."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"redirect_uri": "http://192.168.1.10:7080/oauth/solaredge"}]}
    )

    source: SourceName = "source"
    redirect_uri: str | None = Field(default=None, pattern=r"^https?://[!-~]+$", max_length=300)


class ConsentPage(Part):
    """The address to open in a browser, and the seconds for which it leads back."""

    url: str = Field(examples=["https://connect.solaredge.com/authorize?client_id=YOUR-APP&state=…"])
    lasts_s: float = Field(examples=[LASTS_S])


class PastedCode(Body):
    """The code, or the whole address of the page that the browser came to after the consent."""

    source: SourceName = "source"
    code: SecretStr = Field(min_length=1, max_length=4000)


@router.post("/{inverter_id}/consent")
async def begin_consent(inverter_id: EntityId, context: MayConfigure, new: NewConsent | None = None) -> ConsentPage:
    """Begin a consent at SolarEdge, for a source with ``access`` ``oauth``: gives the address to open in a browser."""
    asked = new or NewConsent()
    settings = await _settings(inverter_id, asked.source, context)
    now_s = context.clock.monotonic()
    url = context.consents.begin(inverter_id, asked.source, settings, asked.redirect_uri, now_s)
    return ConsentPage(url=url, lasts_s=LASTS_S)


@router.post("/{inverter_id}/consent/code", status_code=202)
async def paste_code(inverter_id: EntityId, pasted: PastedCode, context: MayConfigure) -> Accepted:
    """Hand over the code by hand, where the browser cannot come back by itself."""
    settings = await _settings(inverter_id, pasted.source, context)
    back = Return.pasted(pasted.code.get_secret_value().strip())
    wrong = back.check(settings.site_id)
    if wrong is not None or back.code is None:
        raise InvalidError([Fault("code", TEXTS[wrong or Said.NO_CODE])])
    await context.entities.keep_code(inverter_id, pasted.source, back.code)
    return Accepted(status="stored")


@callback.get("/solaredge", include_in_schema=False)
async def come_back(request: Request, context: Open) -> Response:
    """Where SolarEdge sends the browser. It leads on at once, so that no code stays in the browser's address; only
    a person who must copy that address stays there.
    """
    said = request.query_params.get("said", "")
    is_led_on = said in tuple(Said) and "code" not in request.query_params
    outcome = Said(said) if is_led_on else await _take(Return.of(request.url.query), context)
    if is_led_on or outcome is Said.NO_STATE:
        content = page(outcome, language_of(request.headers.get("Accept-Language", "")))
        return HTMLResponse(content, headers=_PRIVATE)
    return RedirectResponse(f"/oauth/solaredge?said={outcome}", 303, headers=_PRIVATE)


async def _take(back: Return, context: Context) -> Said:
    if back.state is None:
        return Said.DECLINED if back.error is not None else Said.NO_STATE
    pending = context.consents.end(back.state, context.clock.monotonic())
    if pending is None:
        return Said.TOO_OLD
    wrong = back.check(pending.site_id)
    if wrong is not None or back.code is None:
        return wrong or Said.NO_CODE
    try:
        await context.entities.keep_code(pending.inverter_id, pending.source, back.code)
    except UnknownEntityError:
        return Said.TOO_OLD
    except (StoreDownError, StoreRefusedError):
        return Said.NOT_STORED
    return Said.STORED


async def _settings(inverter_id: int, source: str, context: Context) -> SolarEdgeV2:
    """The settings of a source that needs a consent; raises `ConflictError` where it needs none."""
    inverter = (await context.entities.configuration()).inverters.get(inverter_id)
    if inverter is None:
        raise UnknownEntityError("Inverter", inverter_id)
    settings = getattr(inverter, source)
    if not isinstance(settings, SolarEdgeV2) or settings.access != "oauth":
        raise ConflictError(
            Text(
                en=f"“{inverter.name}” needs no consent: only “SolarEdge cloud (V2)” with “OAuth (consent)” as its "
                f"“Access” does. Save that first.",
                de=f"„{inverter.name}“ braucht keine Zustimmung: nur „SolarEdge-Cloud (V2)“ mit „OAuth (Zustimmung)“ "
                f"als „Zugang“ braucht sie. Speichere das zuerst.",
            ),
            f"The {source} of inverter {inverter_id} ({inverter.name}) needs no consent: only SolarEdge V2 with access "
            f"'oauth' does.",
        )
    return settings
