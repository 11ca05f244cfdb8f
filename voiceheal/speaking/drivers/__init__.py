"""pyttsx3 drivers of our own; they live only in the worker process."""

from __future__ import annotations

import sys


def register() -> None:
    """Make `pyttsx3.init("festival")` find our driver: pyttsx3 looks for drivers in its own package only."""
    from . import festival  # noqa: PLC0415  only the worker needs it

    sys.modules["pyttsx3.drivers.festival"] = festival


def festival_present(voice: str = "") -> bool:
    """Whether Festival with its clear voice (or with the `voice` asked for) seems to be installed."""
    from . import festival  # noqa: PLC0415

    return festival.present(voice or festival.VOICE)
