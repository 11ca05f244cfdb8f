"""No sound card at all: the product says so, names the typed way, and goes; never a traceback."""

from __future__ import annotations

import pytest

from tests.rig.product import Product

pytestmark = pytest.mark.model


@pytest.mark.parametrize("command", ["talk", "breathe", "checkin", "bedtime"])
def test_without_a_sound_card_it_offers_the_typed_way(product: Product, command: str) -> None:
    run = product.run(command)
    assert run.status == 1
    assert "--typed" in run.one_sentence()
    assert list(product.temp.iterdir()) == []


def test_devices_says_that_there_are_none(product: Product) -> None:
    run = product.run("devices")
    assert "Traceback" not in run.err
    assert (run.out + run.err).strip()
