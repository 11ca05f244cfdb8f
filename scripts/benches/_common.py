"""What every benchmark needs: a folder of its own, the model, and a table at the end."""

from __future__ import annotations

import contextlib
import math
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.rig.product import Product
from voiceheal.hearing.model import find_model


@contextlib.contextmanager
def workshop() -> Iterator[Path]:
    """An empty folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="vh-bench-") as folder:
        yield Path(folder)


def model() -> Path:
    """Folder of the speech model."""
    return find_model("en")


def product_in(folder: Path, **extra: str) -> Product:
    """The product with the model, met before."""
    product = Product(folder / "p", {"VOSK_MODEL_PATH": str(model()), **extra})
    product.met_before()
    return product


def p95(values: Sequence[float]) -> float:
    """95th percentile, nearest rank."""
    return sorted(values)[max(0, math.ceil(0.95 * len(values)) - 1)]


def spread(values: Sequence[float], unit: str = "s", factor: float = 1.0) -> str:
    """Median and 95th percentile in words."""
    if not values:
        return "nothing measured"
    digits = 2 if unit == "s" else 1
    median, high = (v * factor for v in (statistics.median(values), p95(values)))
    return f"median {median:.{digits}f} {unit}, p95 {high:.{digits}f} {unit}, n {len(values)}"


def table(title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Print the figures."""
    width = max((len(name) for name, _ in rows), default=0)
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(f"{title}   ({os.cpu_count()} cores, load {load})")
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")
