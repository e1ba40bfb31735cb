"""All that is looked at, the foundations first. Pure."""

from sunpilot.api.diagnosis.facts import Facts
from sunpilot.api.diagnosis.finding import Finding
from sunpilot.api.diagnosis.foundation import broker, store
from sunpilot.api.diagnosis.history import grafana, recording
from sunpilot.api.diagnosis.inverter import inverters
from sunpilot.api.diagnosis.price import prices
from sunpilot.api.diagnosis.service import services
from sunpilot.api.diagnosis.wattpilot import wattpilot


def examine(facts: Facts) -> list[Finding]:
    """All findings. Without a broker, what others said last says nothing."""
    findings = [broker(facts), store(facts)]
    if facts.broker_answers:
        findings += services(facts)
        if facts.store_fault is None:
            findings += inverters(facts)
            findings += prices(facts.configuration)
        findings += [wattpilot(wattpilot_id, status) for wattpilot_id, status in sorted(facts.statuses.items())]
        findings += recording(facts.services, facts.now)
    return findings + grafana(facts.grafana_answers)
