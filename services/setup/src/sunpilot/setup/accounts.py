"""Who has an account at the broker, and under which user id each service runs."""

BROKER_UID = 1883
"""``mosquitto`` in the image eclipse-mosquitto."""

STORE_UID = 999
STORE_GID = 1000
"""``valkey`` in the image valkey/valkey."""

SERVICES = {"fetcher": 7001, "controller": 7002, "api": 7003}
"""The services with an account of the broker and the password of the store, and their user ids."""

SIMULATOR_UID = 7004

RECORDER = "recorder"
RECORDER_UID = 7005

INFLUXDB_UID = 1000
"""``influxdb`` in the image influxdb."""

GRAFANA_UID = 472
"""``grafana`` in the image grafana/grafana."""

BRIDGES = {**{number: 7100 + number for number in range(1, 9)}, 900: 7109}
"""The bridges' user ids, by the number of their Wattpilot; 900 is the demo's.

Their accounts are made ahead: the broker rereads its accounts only when it is told to.
"""

PEOPLE = {
    "explorer": "reads everything, writes nothing",
    "operator": "reads everything, and may write fetch, set/…, mode/set and override/set",
    "homeassistant": "for Home Assistant's MQTT integration",
    "meter": "for meters that publish their readings, anywhere but below sunpilot/ and homeassistant/",
}
"""Accounts for persons and other machines, and what each may do."""

HEALTH = "health"
"""The account of the broker's own health check."""


def bridge_account(number: int) -> str:
    """The account of the bridge of this Wattpilot."""
    return f"bridge-{number}"


ACCOUNTS = (*SERVICES, RECORDER, *map(bridge_account, BRIDGES), *PEOPLE, HEALTH)
