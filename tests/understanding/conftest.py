"""The engine of the English pack, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceheal.packs.loader import load_pack
from voiceheal.understanding.engine import Engine

ENGLISH = Path(__file__).parents[2] / "content" / "en"


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine of the English pack."""
    return Engine(load_pack(ENGLISH))
