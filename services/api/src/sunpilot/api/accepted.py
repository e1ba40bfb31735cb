"""The answer to what takes effect later."""

from typing import Literal

from pydantic import ConfigDict

from sunpilot.contract.message import Part


class Accepted(Part):
    """It was taken, and passed on to the service that does it; what comes of it shows in its state."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "asked"}]})

    status: Literal["asked", "stored"]
