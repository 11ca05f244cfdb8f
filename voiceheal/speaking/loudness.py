"""Every engine sounds alike: silence trimmed at both ends, one loudness, no clipping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..core.ports import Pcm

TARGET_RMS = 10 ** (-23 / 20)  # of the parts that are speech; -23 dBFS is the broadcasters' common level (EBU R 128)
PEAK = 0.9
FRAME_S = 0.01
SILENT_BELOW = 10 ** (-45 / 20)  # of the loudest frame: softer than this is the engine's padding
ACTIVE_ABOVE = 10 ** (-30 / 20)  # of the loudest frame: louder than this is speech
KEEP_S = 0.01  # silence kept at each end
EDGE_S = 0.004  # faded at each end, against clicks


def _frame_rms(pcm: Pcm, rate: int) -> Pcm:
    frame = max(1, round(rate * FRAME_S))
    padded = np.pad(pcm, (0, -len(pcm) % frame))
    rms: Pcm = np.sqrt(np.mean(padded.reshape(-1, frame).astype(np.float64) ** 2, axis=1)).astype(np.float32)
    return rms


def trim(pcm: Pcm, rate: int) -> Pcm:
    """The clip from 10 ms before its first sound to 10 ms after its last; empty when it is all silence."""
    if not len(pcm):
        return pcm
    rms = _frame_rms(pcm, rate)
    if rms.max() < 1e-5:
        return pcm[:0]
    loud = np.flatnonzero(rms > rms.max() * SILENT_BELOW)
    frame, keep = max(1, round(rate * FRAME_S)), round(rate * KEEP_S)
    clip = pcm[max(0, int(loud[0]) * frame - keep) : (int(loud[-1]) + 1) * frame + keep].copy()
    edge = min(round(rate * EDGE_S), len(clip) // 2)
    if edge:
        slope = np.linspace(0.0, 1.0, edge, dtype=np.float32)
        clip[:edge] *= slope
        clip[-edge:] *= slope[::-1]
    return clip


def normalise(pcm: Pcm, rate: int) -> Pcm:
    """The clip with its speech at `TARGET_RMS`, peaks at most `PEAK`; silence stays silence."""
    if not len(pcm):
        return pcm
    rms = _frame_rms(pcm, rate)
    peak = float(np.abs(pcm).max())
    if rms.max() < 1e-5:
        return pcm
    active = rms[rms > rms.max() * ACTIVE_ABOVE]
    gain = min(TARGET_RMS / float(np.sqrt(np.mean(active.astype(np.float64) ** 2))), PEAK / peak)
    levelled: Pcm = (pcm * np.float32(gain)).astype(np.float32)
    return levelled
