"""scripts/train-encoder: the transformer without each group of authors, its worth beside the linear one, then whole."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import pickle
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch

from scripts.training.bert import Net
from scripts.training.blend import calibrate
from scripts.training.data import groups, sentences
from scripts.training.encoder import LAYERS, Trainer, recalibrate, save
from scripts.training.train import GROUPS, linear_left_out
from scripts.training.train import Trainer as LinearTrainer
from voiceheal.packs.loader import find_pack, load_pack
from voiceheal.understanding.encoder import ENCODER
from voiceheal.understanding.engine import Engine


def expansions(spellings: Mapping[str, str]) -> dict[str, str]:
    """Short forms without apostrophes and what they stand for ("dont": "do not"), of a pack's spellings."""
    return {k: v for k, v in spellings.items() if " " not in k and "'" not in k}


def ready(folder: Path) -> tuple[Engine, Trainer]:
    """The rules of the pack in `folder`, and all its examples, ready to be learned from."""
    pack = load_pack(folder)
    engine = Engine(pack, use_model=False)
    return engine, Trainer(engine, sentences(folder / "examples"), expansions(pack.safety.spellings))


def one(folder: Path, seed: int, group: int | None, kept: Path | None) -> dict[str, Any]:
    """One training, in a process of its own: two with a thread each are done sooner than one with two threads.

    Returns:
        Without group `group` of the authors: how their sentences are read. With None, trained on all: the weights.
    """
    name = f"group{group}" if group is not None else "all"
    step = kept / f"{name}.pickle" if kept is not None else None
    if step is not None and step.exists():
        found: dict[str, Any] = pickle.loads(step.read_bytes())  # noqa: S301 - our own file of a moment ago
        return found
    torch.set_num_threads(1)
    _, trainer = ready(folder)
    which = np.array(groups(trainer.rows, GROUPS))
    net = trainer.train(np.where(which != (-1 if group is None else group))[0], seed, name)
    found = dict(net.state_dict()) if group is None else trainer.predict(net, np.where(which == group)[0])
    if step is not None:
        step.parent.mkdir(parents=True, exist_ok=True)
        step.write_bytes(pickle.dumps(found))
    return found


def main() -> int:
    """Train the transformer of one language; `--steps DIR` keeps what is done, to go on after a break."""
    parser = argparse.ArgumentParser(description="Train the transformer of understanding (about half an hour).")
    parser.add_argument("language", nargs="?", default="en")
    parser.add_argument("--steps", type=Path, help="folder for what is done so far: a second start goes on from there")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calibrate", action="store_true", help="keep the weights; find their worth and borders anew")
    args = parser.parse_args()
    folder = find_pack(args.language)
    began = time.monotonic()
    todo: list[int | None] = [*range(GROUPS)] if args.calibrate else [None, *range(GROUPS)]  # the longest first
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        done = {n: pool.submit(one, folder, args.seed, n, args.steps) for n in todo}
        trained = {n: future.result() for n, future in done.items()}
    engine, trainer = ready(folder)
    worth = calibration(engine, trainer, trained)
    if args.calibrate:
        recalibrate(folder / ENCODER, worth)
        return 0
    net = Net(LAYERS, {k: len(c) for k, c in trainer.classes.items()})
    net.load_state_dict(trained[None])
    save(net, trainer, worth, folder / ENCODER)
    size = (folder / ENCODER).stat().st_size / 1e6
    print(f"{folder / ENCODER}: {size:.1f} MB, {time.monotonic() - began:.0f} s. Now run scripts/train-understanding.")
    return 0


def calibration(engine: Engine, trainer: Trainer, trained: Mapping[int | None, Mapping[str, Any]]) -> dict[str, float]:
    """Worths and borders, from how the sentences of each group were read without it."""
    which = np.array(groups(trainer.rows, GROUPS))
    read = {k: np.zeros((len(trainer.rows), len(c)), np.float32) for k, c in trainer.classes.items()}
    for group in range(GROUPS):
        for name, values in trained[group].items():
            read[name][which == group] = values
    linear = LinearTrainer(engine, trainer.rows)
    return calibrate(trainer.rows, read, linear_left_out(linear), trainer.classes, [found for _, found in linear.found])


if __name__ == "__main__":
    sys.exit(main())
