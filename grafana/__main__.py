"""Writes every dashboard, in both languages: ``python -m grafana``, or ``make dashboards``."""

from pathlib import Path

from grafana.catalogue import files

FOLDER = Path(__file__).parent / "dashboards"


def main() -> None:
    """Write what differs; a dashboard that is no longer made is removed."""
    made = files()
    for path in set(FOLDER.rglob("*.json")) - {FOLDER / name for name in made}:
        path.unlink()
    for name, text in made.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
