"""REST: trying a source of readings before it is configured."""

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from sunpilot.api.context import Context, MayConfigure
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.api.request import Request
from sunpilot.api.source_request import EXAMPLES, GivenSource, NewSource, check_token, given
from sunpilot.api.source_slots import SOURCES, slot_of
from sunpilot.contract.decision import Text
from sunpilot.contract.message import Part
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import Source
from sunpilot.contract.source_test import SourceTest

router = APIRouter(prefix="/sources", tags=["inverters"])


class SourceTrial(Request):
    """A source to try. With ``inverter_id``, the token stored for that inverter serves where none is given."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"source": source} for source in EXAMPLES.values()]})

    source: NewSource
    inverter_id: int | None = Field(default=None, ge=1)


class TrialResult(Part):
    """``outcome`` is ``ok`` with a reading, or what is wrong; ``text`` says in plain words what to do."""

    outcome: Outcome
    text: Text
    reading: Reading | None
    device: str | None


@router.post("/test")
async def test_source(trial: SourceTrial, context: MayConfigure) -> TrialResult:
    """Try a source: one measurement within 10 s, of which nothing is kept. It counts against the source's quota."""
    source = given(trial.source)
    slot = await _slot(trial.inverter_id, source, context)
    token = source.token.get_secret_value() if source.token else None
    answer = await context.trials.run(SourceTest(source=source.settings, token=token, slot=slot))
    return TrialResult(outcome=answer.outcome, text=answer.text, reading=answer.reading, device=answer.device)


async def _slot(inverter_id: int | None, source: GivenSource, context: Context) -> str | None:
    """The slot whose stored token serves; None where none is needed. A stored token goes to no other place."""
    if inverter_id is None:
        check_token(source, None, "source")
        return None
    inverter = (await context.entities.configuration()).inverters.get(inverter_id)
    if inverter is None:
        raise UnknownEntityError("Inverter", inverter_id)
    stored: dict[str, Source | None] = {name: getattr(inverter, name) for name in SOURCES}
    for name, before in stored.items():
        if before is not None and before.token_goes_to == source.settings.token_goes_to:
            return slot_of(inverter_id, name)
    check_token(source, inverter.source, "source")
    return None
