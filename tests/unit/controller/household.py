"""A household for tests: sun, load, a battery perhaps, and Wattpilots whose cars obey at once, in steps of 5 s."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.mqtt_meter import MeterValue, MqttMeter
from sunpilot.contract.order import Deadline, Mode, Override, Resume
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Action, Setpoint
from sunpilot.contract.status import Car, Limits, LinkState, Manual, Status
from sunpilot.contract.wattpilot import PolicySettings, Wattpilot
from sunpilot.controller.assignment import Assignment
from sunpilot.controller.control import Control
from sunpilot.controller.outcome import Outcome
from sunpilot.controller.premises import Premises
from sunpilot.controller.site import Site

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
VOLT = 230.0
STEP_S = 5.0
METER = Inverter(id=1, name="Meter", source=MqttMeter(kind="mqtt-meter", grid=MeterValue(topic="meter")), house_id=1)


@dataclass
class Charger:
    """A Wattpilot with a car that follows at once; ``limit_a`` is the car's own limit, ``phase_mode`` its psm."""

    id: int
    mode: Mode = Mode.SUN
    priority: int = 1
    car: Car = Car.WAITING
    phase_mode: int = 2
    limit_a: float = 16.0
    policy: PolicySettings = field(default_factory=PolicySettings)
    override: Override | None = None
    deadline: Deadline | None = None
    resume: Resume | None = None
    manual: Manual | None = None
    amps: int = 0
    energy_wh: float = 1_000_000.0
    sent: list[tuple[datetime, Setpoint]] = field(default_factory=list)
    outcome: Outcome | None = None

    @property
    def phases(self) -> int:
        return 1 if self.phase_mode == 1 else 3

    @property
    def power_w(self) -> float:
        return self.phases * VOLT * min(self.amps, self.limit_a) if self.car is not Car.IDLE else 0.0

    @property
    def reason(self) -> str:
        assert self.outcome is not None
        return self.outcome.decision.reason.value

    @property
    def said(self) -> str:
        assert self.outcome is not None
        return self.outcome.decision.text.en

    def status(self) -> Status:
        drawn_a = self.power_w / (self.phases * VOLT)
        return Status(
            link=LinkState.ONLINE,
            car=self.car,
            allowed=self.amps > 0,
            power_w=self.power_w,
            voltage_v=(VOLT, VOLT, VOLT),
            current_a=(drawn_a, drawn_a if self.phases == 3 else 0.0, drawn_a if self.phases == 3 else 0.0),
            phases=self.phases,
            phase_mode=self.phase_mode,
            offered_a=self.amps or None,
            limits=Limits(minimum_a=6, installation_a=16),
            energy_wh=self.energy_wh,
            manual=self.manual,
        )

    def obey(self, setpoint: Setpoint, now: datetime) -> None:
        self.sent.append((now, setpoint))
        if self.manual is not None and not setpoint.resume:
            return
        self.amps = setpoint.amps or 0 if setpoint.action is Action.CHARGE else 0
        if setpoint.phases is not None:
            self.phase_mode = 1 if setpoint.phases == 1 else 2
        if self.car is not Car.IDLE:
            self.car = Car.CHARGING if self.amps else Car.WAITING


class Household:
    """``pv_w``, ``load_w`` and ``battery_w`` (+ charging) are what a test changes."""

    def __init__(self, *chargers: Charger, house: House | None = None, start: datetime = NOON) -> None:
        self.now = start
        self.chargers = {charger.id: charger for charger in chargers}
        self.house = house or House(id=1, name="House")
        self.grid = METER
        self.garage_w: float | None = None
        self.site = Site(self.premises)
        self.lead_anew()
        self.pv_w, self.load_w = 0.0, 300.0
        self.battery_w: float | None = None
        self.soc_pct: float | None = None
        self.with_readings = True
        self.with_statuses = True
        self.worst_a = 0.0

    def lead_anew(self) -> None:
        """A new leader: it knows what is stored, and no reading."""
        states = {w: control.state for w, control in self.site.controls.items()}
        self.site = Site(self.premises)
        self.site.controls = {w: Control(w) for w in self.chargers}
        for wattpilot_id, state in states.items():
            self.site.controls[wattpilot_id].restore(state, self.now)

    @property
    def premises(self) -> Premises:
        garage = Inverter(id=9, name="Garage", source=METER.source, house_id=1, role=Role.PV)
        return Premises(self.house, self.grid, () if self.garage_w is None else (garage,), tuple(self.chargers))

    @property
    def ruled(self) -> dict[int, Assignment]:
        return {
            one.id: Assignment(
                Wattpilot(id=one.id, name=f"W{one.id}", mode=one.mode, priority=one.priority, policy=one.policy),
                self.grid,
                self.house,
                one.override,
                one.deadline,
                one.resume,
            )
            for one in self.chargers.values()
        }

    @property
    def grid_w(self) -> float:
        cars_w = sum(charger.power_w for charger in self.chargers.values())
        return self.load_w + cars_w + (self.battery_w or 0.0) - self.pv_w - (self.garage_w or 0.0)

    def reading(self, **change: object) -> Reading:
        return Reading(
            source="meter",
            measured_at=self.now,
            received_at=self.now,
            grid_w=self.grid_w,
            pv_w=self.pv_w,
            load_w=self.grid_w + self.pv_w - (self.battery_w or 0.0),
            battery_w=self.battery_w,
            soc_pct=self.soc_pct,
        ).model_copy(update=change)

    def decide(self) -> None:
        for wattpilot_id, charger in self.chargers.items():
            control = self.site.controls[wattpilot_id]
            outcome = charger.outcome = self.site.decide(wattpilot_id, self.ruled, self.now)
            assert outcome.decision.text.en
            assert outcome.decision.text.de
            assert sum(stage.live for stage in outcome.decision.stages) == 1
            if outcome.setpoint is not None:
                control.state = control.state.model_copy(update={"setpoint": outcome.setpoint})
                charger.obey(outcome.setpoint, self.now)

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.now += timedelta(seconds=STEP_S)
            for charger in self.chargers.values():
                charger.energy_wh += charger.power_w * STEP_S / 3600
                if self.with_statuses:
                    self.site.controls[charger.id].charger.see(charger.status(), self.now)
            self.site.settle(self.premises, self.site.controls)
            if self.with_readings:
                if self.garage_w is not None:
                    further = Reading(source="g", measured_at=self.now, received_at=self.now, pv_w=self.garage_w)
                    self.site.see_reading(9, further, self.ruled, self.now)
                self.site.see_reading(METER.id, self.reading(), self.ruled, self.now)
            self.decide()
            self.worst_a = max(self.worst_a, sum(charger.amps for charger in self.chargers.values()))
