"""A question to the database, in the InfluxQL that InfluxDB 1 and 2 both know, and the parts that many share."""

from dataclasses import dataclass

from grafana.series import Json

SOURCE: Json = {"type": "influxdb", "uid": "sunpilot"}
"""The data source, as it is provisioned."""

HOUSE = """"house" =~ /^$house$/"""
INVERTER = """"inverter" =~ /^$inverter$/"""
WATTPILOT = """"wattpilot" =~ /^$wattpilot$/"""
EVERY = "GROUP BY time($__interval) fill(null)"
"""One value for each step of the picture; a step without any is a gap, never 0."""

LOST = f'(SELECT difference("online") AS "step" FROM "online" WHERE {WATTPILOT} AND $timeFilter) WHERE "step" < 0'
"""Each time that the connection was there and then was not: that it is gone is said again and again."""

SINCE_DAY_BEFORE = "time > ${__from}ms - 24h AND time <= ${__to}ms"
"""Also what began up to a day before the picture, as the day that it lies in."""

JUST_BEFORE = "time > ${__from}ms - 24h AND time <= ${__from}ms"
"""For the state with which the picture begins."""


@dataclass(frozen=True, slots=True)
class Query:
    """One statement. Its columns name the series, or ``by_tag`` does; ``table`` gives the rows as they are."""

    text: str
    table: bool = False
    by_tag: str | None = None

    def json(self, ref_id: str) -> Json:
        """A target of a panel."""
        return {
            "refId": ref_id,
            "datasource": SOURCE,
            "rawQuery": True,
            "query": self.text,
            "resultFormat": "table" if self.table else "time_series",
            "alias": "$col" if self.by_tag is None else self.by_tag,
        }
