"""From the words of each firmware to a status: what it omits is unknown, and its secrets stay where they are."""

import json
from typing import Any

import pytest

from sunpilot.bridge.protocol import AuthRequired, Protocol
from sunpilot.bridge.state import State
from sunpilot.bridge.status import PROPERTIES, box_status
from sunpilot.contract.status import Car, Limits, LinkState, Status
from tests.unit.bridge.firmware import FLEX_43, SECRET_TEXTS, SECRETS, V2_36, V2_42


def met(firmware: list[dict[str, Any]]) -> Protocol:
    """The protocol after everything that this firmware says."""
    protocol = Protocol(PROPERTIES)
    for message in firmware:
        for event in protocol.receive(json.dumps(message)):
            if isinstance(event, AuthRequired):
                protocol.authenticate("key", "0" * 32)
    assert protocol.state is State.READY
    return protocol


def status_of(firmware: list[dict[str, Any]]) -> Status:
    protocol = met(firmware)
    return box_status(protocol.properties, None, protocol.hello)


def test_firmware_36_with_whole_numbers_is_read() -> None:
    assert status_of(V2_36) == Status(
        link=LinkState.ONLINE,
        car=Car.CHARGING,
        allowed=True,
        power_w=10811.0,
        current_a=(16.0, 16.0, 15.0),
        voltage_v=(230.0, 231.0, 229.0),
        phases=3,
        offered_a=16,
        requested_a=16,
        limits=Limits(installation_a=16, cable_a=20, temperature_a=32),
        box_mode=3,
        force_state=0,
        phase_mode=2,
        energy_wh=812345.0,
        temperature_c=35.0,
        error=0,
        reason=15,
        device_type="wattpilot",
        firmware="36.3",
    )


def test_firmware_42_with_single_precision_numbers_is_read() -> None:
    assert status_of(V2_42) == Status(
        link=LinkState.ONLINE,
        car=Car.COMPLETE,
        allowed=False,
        power_w=0.0,
        current_a=(0.0, 0.0, 0.0),
        voltage_v=(231.1000061, 230.3999939, 230.0),
        phases=1,
        requested_a=10,
        limits=Limits(minimum_a=6, installation_a=32, cable_a=32, adapter_a=16, temperature_a=16, load_a=12),
        box_mode=4,
        force_state=1,
        phase_mode=1,
        energy_wh=4182635.0,
        temperature_c=29.25,
        error=0,
        reason=4,
        device_type="wattpilot_V2",
        firmware="42.5",
    )


def test_the_flex_without_cable_and_cards_is_read() -> None:
    assert status_of(FLEX_43) == Status(
        link=LinkState.ONLINE,
        car=Car.IDLE,
        allowed=False,
        power_w=0.0,
        current_a=(0.0, 0.0, 0.0),
        voltage_v=(229.5, 230.5, 231.5),
        phases=3,
        requested_a=16,
        limits=Limits(minimum_a=6, installation_a=16, temperature_a=32),
        box_mode=3,
        force_state=0,
        phase_mode=2,
        energy_wh=23.0,
        temperature_c=31.5,
        reason=15,
        device_type="wattpilot_flex",
        firmware="43.4",
    )


@pytest.mark.parametrize("firmware", [V2_36, V2_42, FLEX_43], ids=["36", "42", "Flex 43"])
def test_what_is_secret_is_never_held_and_so_never_passed_on(firmware: list[dict[str, Any]]) -> None:
    protocol = met(firmware)
    assert SECRETS.keys() & protocol.properties.keys() == set()
    said = status_of(firmware).encode().decode() + repr(protocol.__dict__)
    assert [text for text in SECRET_TEXTS if text in said] == []


@pytest.mark.parametrize("missing", sorted(PROPERTIES))
def test_any_property_may_be_missing(missing: str) -> None:
    properties = {key: value for key, value in met(V2_42).properties.items() if key != missing}
    status = box_status(properties, None)
    assert status.is_online
    assert status.encode()
