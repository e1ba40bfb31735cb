"""Messages without the time at which they were said, to be compared with what they say."""

from typing import TypeVar

from sunpilot.contract.setpoint import Ack
from sunpilot.contract.status import Status

M = TypeVar("M", Ack, Status)


def undated(message: M) -> M:
    return message.model_copy(update={"at": None})
