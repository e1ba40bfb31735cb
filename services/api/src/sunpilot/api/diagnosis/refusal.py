"""Why the database refuses points, in words, and what to do about it. Pure."""

from sunpilot.api.diagnosis.remedy import look_at
from sunpilot.contract.decision import Text
from sunpilot.contract.service import Refusal

KEPT = Text(
    en="what was refused stands with the reason in refused.lines beside the spool, and `influx write` takes it when "
    "that is mended",
    de="was abgelehnt wurde, steht mit dem Grund in refused.lines beim Zwischenspeicher, und `influx write` nimmt es, "
    "wenn das behoben ist",
)
REFUSALS = {
    Refusal.TYPE_CONFLICT: (
        Text(
            en="a field has another type in it than the recorder writes",
            de="ein Feld hat dort einen anderen Typ, als der Recorder schreibt",
        ),
        Text(
            en="let nothing but the recorder write into its bucket; remove the measurement with the wrong type there, "
            "or give the recorder an empty bucket (SUNPILOT_INFLUX_BUCKET)",
            de="lass nur den Recorder in seinen Bucket schreiben; entferne dort die Messreihe mit dem falschen Typ, "
            "oder gib dem Recorder einen leeren Bucket (SUNPILOT_INFLUX_BUCKET)",
        ),
    ),
    Refusal.TOO_OLD: (
        Text(en="they are older than what it keeps", de="sie sind älter, als sie aufhebt"),
        Text(
            en="are the clocks right? Otherwise let the bucket keep more: `influx bucket update --retention`",
            de="stimmen die Uhren? Sonst lass den Bucket mehr aufheben: `influx bucket update --retention`",
        ),
    ),
    Refusal.UNREADABLE: (
        Text(en="it cannot read them", de="sie kann sie nicht lesen"),
        Text(
            en="please report it with the lines of refused.lines",
            de="bitte melde es mit den Zeilen aus refused.lines",
        ),
    ),
    Refusal.TOO_LARGE: (
        Text(en="a single one is too large for it", de="eine einzelne ist ihr zu groß"),
        Text(
            en="raise the largest size of a request at InfluxDB, or at the proxy before it",
            de="erhöhe die größte Länge einer Anfrage bei InfluxDB oder beim Proxy davor",
        ),
    ),
    Refusal.OTHER: (
        Text(en="for a reason of its own", de="aus einem eigenen Grund"),
        Text(
            en=f"{look_at('recorder').en}: there are the database's own words",
            de=f"{look_at('recorder').de}: dort stehen die Worte der Datenbank",
        ),
    ),
}
"""For each reason: what it is, and what to do."""
