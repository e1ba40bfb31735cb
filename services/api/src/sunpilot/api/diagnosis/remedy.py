"""Where to look, and how to start again: with Docker, and without. Pure."""

from sunpilot.contract.decision import Text


def look_at(*containers: str) -> Text:
    """The logs of these containers; without Docker, all services print in one place."""
    commands = [f"`docker compose logs {container}`" for container in containers]
    return Text(
        en=f"look at {' and '.join(commands)}, or without Docker at what Sunpilot prints",
        de=f"sieh nach mit {' und '.join(commands)}, ohne Docker in dem, was Sunpilot ausgibt",
    )


START_AGAIN = Text(
    en="`docker compose up -d`, or without Docker start Sunpilot again",
    de="`docker compose up -d`, ohne Docker starte Sunpilot neu",
)

ENTER_WATTPILOT = Text(
    en="enter WATTPILOT_HOST and WATTPILOT_PASSWORD in .env, then `docker compose up -d`; without Docker, set both "
    "where you start Sunpilot",
    de="trage WATTPILOT_HOST und WATTPILOT_PASSWORD in .env ein, dann `docker compose up -d`; ohne Docker setze beide, "
    "wo du Sunpilot startest",
)

CORRECT_PASSWORD = Text(
    en="correct WATTPILOT_PASSWORD in .env, then `docker compose up -d`; without Docker, where you start Sunpilot",
    de="berichtige WATTPILOT_PASSWORD in .env, dann `docker compose up -d`; ohne Docker dort, wo du Sunpilot startest",
)
