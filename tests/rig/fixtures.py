"""Fixtures of the rig, for the folders whose tests start the product as a command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from . import people
from .product import Product
from .pulse import Pulse, pulse_server


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Product]:
    """The product on a machine without sound card and model, never started before."""
    product = Product(tmp_path / "p")
    yield product
    product.end()


@pytest.fixture
def product(tmp_path: Path, model_path: Path) -> Iterator[Product]:
    """The product with the model and without a sound card, met once before."""
    people.need_people()
    product = Product(tmp_path / "p", {"VOSK_MODEL_PATH": str(model_path)})
    product.met_before()
    yield product
    product.end()


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[Pulse]:
    """A sound server of this test's own."""
    with pulse_server(tmp_path / "a") as server:
        yield server


@pytest.fixture
def live(tmp_path: Path, model_path: Path, pulse: Pulse) -> Iterator[Product]:
    """The product with the model, a microphone and a speaker, met once before."""
    people.need_people()
    product = Product(tmp_path / "p", {"VOSK_MODEL_PATH": str(model_path), **pulse.env()})
    product.met_before()
    yield product
    product.end()
