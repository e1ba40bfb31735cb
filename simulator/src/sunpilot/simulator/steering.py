"""Steering of the simulator over HTTP, under `/_sim/`: look at the truth, plug in, change the sky, set faults."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sunpilot.simulator.clouds import Clouds, Sky
from sunpilot.simulator.house import Energies, House, ModelledDay
from sunpilot.simulator.solaredge import Cloud
from sunpilot.simulator.solaredge.steering import CloudSteering
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.steering import BoxSteering


class Refusal(ValueError):  # noqa: N818
    """The order cannot be carried out; the message names what is allowed."""


def answer_refusal(_: Request, error: Exception) -> Response:
    """Answer a `Refusal` with 400 and its message."""
    return JSONResponse({"error": str(error)}, status_code=400)


class TwinSteering(Protocol):
    """The steering of one more twin."""

    def orders(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        """By name; each raises `ValueError` for an order that makes no sense."""

    def state(self) -> dict[str, Any]:
        """What the state shows of it. No secrets."""


class Steering:
    """The `/_sim/` routes over a house, its cloud, its Wattpilot and others. Every order answers with the new state."""

    def __init__(self, house: House, cloud: Cloud, box: Box, others: Sequence[TwinSteering] = ()) -> None:
        self._house, self._cloud, self._others = house, cloud, tuple(others)
        self._box_steering = BoxSteering(box)
        self._cloud_steering = CloudSteering(cloud, lambda: house.truth.at)

    def routes(self) -> list[Route]:
        """The routes, for a Starlette application that answers `Refusal` with `answer_refusal`."""
        orders: dict[str, Callable[[dict[str, Any]], None]] = {
            **self._box_steering.orders(),
            "clouds": self._set_clouds,
            "cloud": self._cloud_steering.set_options,
            "cloud-faults": self._cloud_steering.set_faults,
            "reset-counters": lambda _: self._reset_counters(),
        }
        for other in self._others:
            orders |= other.orders()
        posts = [Route(f"/_sim/{name}", self._carry_out(order), methods=["POST"]) for name, order in orders.items()]
        gets = [
            Route("/_sim/state", self._show, methods=["GET"]),
            Route("/_sim/box-faults", self._show_box_faults, methods=["GET"]),
        ]
        return [*gets, *posts]

    def state(self) -> dict[str, Any]:
        """What is true now: times, powers, energies, car, box, sky, faults and calls. No secrets."""
        truth, day = self._house.truth, self._house.day
        return {
            "time": truth.at.isoformat(timespec="seconds"),
            "day_time": truth.day_time.isoformat(timespec="seconds"),
            "pv_w": round(truth.pv_w, 1),
            "load_w": round(truth.load_w, 1),
            "car_w": round(truth.car_w, 1),
            "grid_w": round(truth.grid_w, 1),
            "battery_w": None if truth.battery_w is None else round(truth.battery_w, 1),
            "soc_pct": None if truth.soc_pct is None else round(truth.soc_pct, 2),
            "energies": {**asdict(self._house.energies), "mean_abs_grid_w": self._house.energies.mean_abs_grid_w},
            "clouds": {"mode": day.clouds.sky, "seed": day.clouds.seed} if isinstance(day, ModelledDay) else None,
            **self._box_steering.state(),
            **self._cloud_steering.state(),
            **{name: value for other in self._others for name, value in other.state().items()},
        }

    async def _show(self, _: Request) -> Response:
        return JSONResponse(self.state())

    async def _show_box_faults(self, _: Request) -> Response:
        return JSONResponse(self._box_steering.faults())

    def _carry_out(self, order: Callable[[dict[str, Any]], None]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                order(_object(await request.body()))
            except ValueError as error:
                raise Refusal(str(error)) from error
            return JSONResponse(self.state())

        return endpoint

    def _set_clouds(self, order: dict[str, Any]) -> None:
        day = self._house.day
        if not isinstance(day, ModelledDay):
            raise Refusal("a recorded day brings its own clouds; start the simulator without a day file")
        if unknown := order.keys() - {"mode", "seed"}:
            raise Refusal(f"there is no {', '.join(sorted(unknown))} here; there are: mode, seed")
        mode, seed = order.get("mode", day.clouds.sky), order.get("seed", day.clouds.seed)
        if mode not in tuple(Sky):
            raise Refusal(f"there is no mode {mode!r}; there are: {', '.join(Sky)}")
        if not isinstance(seed, int):
            raise Refusal("seed is a whole number")
        self._house.day = replace(day, clouds=Clouds(Sky(mode), seed))

    def _reset_counters(self) -> None:
        self._house.energies = Energies()
        self._cloud.reset_counters()


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; an empty body is an empty object. Raises `Refusal`."""
    try:
        content = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refusal(f"the body is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise Refusal('the body must be a JSON object, such as {"mode": "broken"}')
    return content
