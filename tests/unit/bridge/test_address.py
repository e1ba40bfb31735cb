"""Where a Wattpilot answers."""

import pytest

from sunpilot.bridge.address import Address


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("wattpilot", "ws://wattpilot/ws"),
        ("wattpilot.local", "ws://wattpilot.local/ws"),
        ("my_box.fritz.box:80", "ws://my_box.fritz.box:80/ws"),
        ("192.0.2.7", "ws://192.0.2.7/ws"),
        ("192.0.2.7:65535", "ws://192.0.2.7:65535/ws"),
        ("[2001:db8::7]", "ws://[2001:db8::7]/ws"),
        ("[::1]:81", "ws://[::1]:81/ws"),
        ("cloud:81", "ws://cloud:81/ws"),
    ],
)
def test_a_device_on_the_local_network_answers_at_its_own_path(host: str, url: str) -> None:
    assert Address.parse(host) == Address(url, cloud=False)


def test_the_cloud_is_asked_by_serial_number() -> None:
    expected = Address("wss://app.wattpilot.io/app/31000123?version=1.2.9", cloud=True)
    assert Address.parse("cloud:31000123") == expected


@pytest.mark.parametrize(
    "host",
    [
        *("fe80::1", "[fe80::1", "[fe80::1%eth0]", "[192.0.2.7]", "[", "[]", "]", ""),
        *("192.0.2.7:99999", "192.0.2.7:0", "192.0.2.7:", "192.0.2.7:80:80", ":80", "192.0.2.700", "192.0.2"),
        *("a..b", ".a", "a.", "-a", "a-", "a b", "ä.local", "a/ws", "a@b", "a" * 64, ".".join(["abcd"] * 51)),
        *("http://192.0.2.7/ws", "cloud:", "cloud:wattpilot", "cloud:9123456a", "cloud:" + "1" * 17),
    ],
)
def test_an_address_that_cannot_exist_is_refused_with_a_sentence(host: str) -> None:
    with pytest.raises(ValueError, match="must be the Wattpilot's address alone"):
        Address.parse(host)
