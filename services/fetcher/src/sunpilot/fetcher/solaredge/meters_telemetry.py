"""SolarEdge V2 `meters/telemetry` as it is answered: averages per meter and quarter of an hour.

Source: SolarEdge Monitoring API V2, meters telemetry: a bucket's time is its start; an open bucket, and one whose data
have not come in yet, holds null.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sunpilot.contract.decision import Text
from sunpilot.contract.reading import Quality
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.solaredge.quantity import bad_payload, content_of, is_plausible, number, time_of, watts, watts_per

BUCKET = timedelta(minutes=15)
Buckets = Mapping[datetime, float]
"""Known powers in W by the start of their bucket."""

_NO_METER = Text(
    en="SolarEdge has no grid meter for this site; it needs one at the grid connection, set up in the portal.",
    de="SolarEdge hat für diese Anlage keinen Netzzähler; es braucht einen am Netzanschluss, im Portal eingerichtet.",
)
_NO_VALUES = Text(
    en="SolarEdge shows no values of the last hour for the grid meter: check in the portal whether the inverter is "
    "connected to the internet.",
    de="SolarEdge zeigt für den Netzzähler keine Werte der letzten Stunde: bitte im Portal prüfen, ob der "
    "Wechselrichter mit dem Internet verbunden ist.",
)


def read_telemetry(body: bytes, source: str) -> Measurement:
    """The youngest bucket in which import and export are known; raises `SourceError`.

    Production and consumption are given where they are metered. Of a battery, a meter knows nothing: it stays None,
    and so does the balance. Where several meters claim to be the grid's, the sum is ``suspect``.
    """
    content = content_of(body)
    meters = content.get("meters") if isinstance(content, dict) else None
    if not isinstance(meters, dict):
        raise bad_payload("has no meters", "hat keine Zähler")
    imports, exports = (list(_series(meters, name)) for name in ("importPower", "exportPower"))
    if not imports or not exports:
        raise SourceError(Outcome.UNSUPPORTED, _NO_METER)
    starts = set.intersection(*(set(buckets) for buckets in (*imports, *exports)))
    if not starts:
        raise SourceError(Outcome.SILENT, _NO_VALUES)
    start = max(starts)
    imported_w, exported_w, pv_w, load_w = (
        _sum_w(list(series), start)
        for series in (imports, exports, _series(meters, "productionPower"), _series(meters, "consumptionPower"))
    )
    powers_w = (imported_w, exported_w, pv_w, load_w)
    has_signs = any(power_w is not None and power_w < 0 for power_w in powers_w)
    is_suspect = has_signs or len(imports) > 1 or not is_plausible(*powers_w)
    return Measurement(
        source=source,
        measured_at=start + BUCKET,
        averaged_s=BUCKET.total_seconds(),
        grid_w=None if imported_w is None or exported_w is None else round(imported_w - exported_w, 1),
        pv_w=pv_w,
        load_w=load_w,
        quality=Quality.SUSPECT if is_suspect else Quality.OK,
    )


def _series(meters: Mapping[str, object], name: str) -> Iterator[Buckets]:
    """The series of this name, one for each meter that has it."""
    for meter in meters.values():
        series = meter.get(name) if isinstance(meter, dict) else None
        if isinstance(series, dict):
            yield dict(_known(series))


def _known(series: Mapping[str, object]) -> Iterator[tuple[datetime, float]]:
    values = series.get("values")
    points = [point for point in values if isinstance(point, dict)] if isinstance(values, list) else []
    known = [point for point in points if number(point.get("value")) is not None]
    scale_w = watts_per(series.get("unit")) if known else 1.0
    for point in known:
        power_w = watts(point.get("value"), scale_w)
        if power_w is not None:
            yield time_of(point.get("timestamp")), power_w


def _sum_w(series: list[Buckets], start: datetime) -> float | None:
    """The sum over all meters; None where there is none, or one of them does not know."""
    powers_w = [buckets.get(start) for buckets in series]
    known_w = [power_w for power_w in powers_w if power_w is not None]
    return sum(known_w) if powers_w and len(known_w) == len(powers_w) else None
