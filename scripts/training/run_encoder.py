"""scripts/train-encoder: the transformer without each group of authors, its worth beside the linear one, then whole."""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from scripts.training.blend import calibrate
from scripts.training.data import groups, sentences
from scripts.training.encoder import Trainer, recalibrate, save
from scripts.training.train import GROUPS, linear_left_out
from scripts.training.train import Trainer as LinearTrainer
from voiceheal.packs.loader import find_pack, load_pack
from voiceheal.understanding.encoder import ENCODER
from voiceheal.understanding.engine import Engine


def expansions(spellings: Mapping[str, str]) -> dict[str, str]:
    """Short forms without apostrophes and what they stand for ("dont": "do not"), of a pack's spellings."""
    return {k: v for k, v in spellings.items() if " " not in k and "'" not in k}


def main() -> int:
    """Train the transformer of one language; `--steps DIR` keeps what is done, to go on after a break."""
    parser = argparse.ArgumentParser(description="Train the transformer of understanding (about an hour).")
    parser.add_argument("language", nargs="?", default="en")
    parser.add_argument("--steps", type=Path, help="folder for what is done so far: a second start goes on from there")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calibrate", action="store_true", help="keep the weights; find their worth and borders anew")
    args = parser.parse_args()
    folder = find_pack(args.language)
    pack = load_pack(folder)
    engine = Engine(pack, use_model=False)
    rows = sentences(folder / "examples")
    began = time.monotonic()
    trainer = Trainer(engine, rows, expansions(pack.safety.spellings))
    group = np.array(groups(rows, GROUPS))
    read = {k: np.zeros((len(rows), len(c)), np.float32) for k, c in trainer.classes.items()}
    for n in range(GROUPS):
        mine, others = np.where(group == n)[0], np.where(group != n)[0]
        kept = args.steps / f"group{n}.pickle" if args.steps else None
        if kept is not None and kept.exists():
            logs = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file of a moment ago
        else:
            logs = trainer.predict(trainer.train(others, args.seed, f"without group {n + 1} of {GROUPS}"), mine)
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(pickle.dumps(logs))
        for name, values in logs.items():
            read[name][mine] = values
    linear = LinearTrainer(engine, rows)
    worth = calibrate(rows, read, linear_left_out(linear), trainer.classes, [found for _, found in linear.found])
    if args.calibrate:
        recalibrate(folder / ENCODER, worth)
        return 0
    net = trainer.train(np.arange(len(rows)), args.seed, "all authors")
    save(net, trainer, worth, folder / ENCODER)
    size = (folder / ENCODER).stat().st_size / 1e6
    print(f"{folder / ENCODER}: {size:.1f} MB, {time.monotonic() - began:.0f} s. Now run scripts/train-understanding.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
