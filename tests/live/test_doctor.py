"""The microphone check through virtual devices: what is well, what is not, and where there is no microphone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.rig.product import Product
from tests.rig.pulse import Pulse

pytestmark = [pytest.mark.audio, pytest.mark.model, pytest.mark.tts]


def findings(product: Product) -> dict[str, dict[str, Any]]:
    run = product.run("doctor", "--json")
    assert "Traceback" not in run.err, run.err
    return {f["name"]: f for f in json.loads(run.out)}


def test_a_loudspeaker_that_comes_back_is_measured(live: Product, pulse: Pulse) -> None:
    pulse.load("module-loopback", "source=speaker.monitor", "sink=mic", "latency_msec=60")
    found = findings(live)
    figures = found["echo"]["figures"]
    assert 40 < figures["delay_ms"] < 600
    assert abs(figures["loss_db"]) < 3  # the cable between them takes nothing away
    assert not found["echo"]["ok"]
    assert "headphones" in found["echo"]["text"]
    assert found["microphone"]["ok"]
    assert found["hearing"]["figures"]["words"] >= 0.7


def test_a_microphone_without_any_sound_is_called_muted(live: Product) -> None:
    found = findings(live)
    assert not found["microphone"]["ok"]
    assert "muted" in found["microphone"]["text"]
    assert "does not hear the loudspeaker" in found["echo"]["text"]
    assert "hearing" not in found


def test_without_a_microphone_it_is_one_clear_sentence(product: Product) -> None:
    found = findings(product)
    assert not found["microphone"]["ok"]
    assert "microphone" in found["microphone"]["text"].lower()
    assert "echo" not in found
