"""Replay: a recorded decision, made again. `python -m sunpilot.controller.replay FILE`.

A record is one line of JSON: the situation that a decision rested on, and the judgement. As a decision needs nothing
else, it can be made again anywhere, which makes a record the best bug report. Nothing secret is in it.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sunpilot.controller.judge import Judgement, judge
from sunpilot.controller.situation import Situation


@dataclass(frozen=True, slots=True)
class Record:
    """A decision as it was made."""

    situation: Situation
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that is judged otherwise now."""

    line: int
    record: Record
    now: Judgement


_RECORD = TypeAdapter(Record)


def recorded(situation: Situation, judgement: Judgement) -> str:
    """The record's line."""
    return _RECORD.dump_json(Record(situation, judgement)).decode()


def differences(lines: Iterable[str]) -> Iterator[Difference]:
    """Judge each record again; raises ValueError with the line that is no record."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = _RECORD.validate_json(line)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(step) for step in fault["loc"])
            raise ValueError(f"line {number} is no record: {place}: {fault['msg']}") from None
        again = judge(record.situation)
        if _RECORD.dump_json(Record(record.situation, again)) != _RECORD.dump_json(record):
            yield Difference(number, record, again)


def main() -> int:
    """Compare; the exit status is 1 when a decision differs, 2 when the file cannot be read."""
    try:
        lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
        found = list(differences(lines))
    except IndexError:
        sys.stderr.write("Name the file: make replay FILE=log.jsonl\n")
        return 2
    except (OSError, UnicodeDecodeError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for one in found:
        then, now = one.record.judgement.verdict, one.now.verdict
        at = one.record.situation.now
        sys.stdout.write(f"line {one.line}, {at}: {then.reason} {then.amps} A then, {now.reason} {now.amps} A now\n")
    sys.stdout.write(f"{len(lines)} decisions, {len(found)} differ\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
