"""What is wrong, and what to do next: judged from facts alone, in English and German."""

from sunpilot.api.diagnosis.examination import examine
from sunpilot.api.diagnosis.facts import Facts
from sunpilot.api.diagnosis.finding import Area, Finding, Verdict

__all__ = ["Area", "Facts", "Finding", "Verdict", "examine"]
