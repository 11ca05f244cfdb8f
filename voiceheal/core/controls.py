"""What "louder", "slower" and their like do to the settings of the moment; each gives the line that answers."""

from __future__ import annotations

from collections.abc import Mapping

from .meaning import SlotValue
from .session import Context, Slots

# One step is clearly heard without a jump: about 4 dB. The floor is near silence: at night the lowest step of other
# programs is too loud (docs/evidence, "what people ask for").
VOLUME_STEP = 1.6
VOLUME_MIN = 0.02
RATE_STEP, RATE_MIN, RATE_MAX = 1.12, 0.65, 1.45
PATIENCE = "patience"  # fact in the record: a factor on the setting of the same name
PATIENCE_STEP, PATIENCE_MIN, PATIENCE_MAX = 2.0, 1.0, 4.0  # quicker than normal only where the settings say so
BREATH_STEP, BREATH_MIN, BREATH_MAX = 1.15, 0.75, 1.6


def change_volume(context: Context, intent: str, slots: Mapping[str, SlotValue]) -> tuple[str, Slots]:
    """Set `context.volume` for louder, quieter or volume {percent}."""
    before = context.volume
    match intent:
        case "louder":
            context.volume = min(1.0, max(before, VOLUME_MIN) * VOLUME_STEP)
            return ("volume.max" if before >= 1.0 else "volume.up"), {}
        case "quieter":
            context.volume = max(VOLUME_MIN, before / VOLUME_STEP) if before > 0 else 0.0
            return ("volume.min" if before <= VOLUME_MIN else "volume.down"), {}
        case _:
            percent = min(100.0, max(0.0, float(slots.get("percent", before * 100))))
            context.volume = percent / 100
            return "volume.set", {"percent": round(percent)}


def change_pace(context: Context, intent: str, paced: str) -> str:
    """Make speech or breath slower or faster; gives the line that answers."""
    slower = intent == "slower"
    if paced == "breath":
        wish = context.breath_pace * (BREATH_STEP if slower else 1 / BREATH_STEP)
        new = min(BREATH_MAX, max(BREATH_MIN, wish))
        changed, context.breath_pace = abs(new - context.breath_pace) > 1e-3, new
    else:
        wish = context.rate * (1 / RATE_STEP if slower else RATE_STEP)
        new = min(RATE_MAX, max(RATE_MIN, wish))
        changed, context.rate = abs(new - context.rate) > 1e-3, new
    if not changed:
        return "pace.limit"
    return "pace.slower" if slower else "pace.faster"


def change_patience(context: Context, *, more: bool) -> str:
    """Wait twice as long for the end of an answer, or half as long, from now on; gives the line that answers."""
    before = context.patience
    wish = before * PATIENCE_STEP if more else before / PATIENCE_STEP
    new = max(before, min(PATIENCE_MAX, wish)) if more else min(before, max(PATIENCE_MIN, wish))
    if abs(new - before) < 1e-3:
        return "patience.most" if more else "patience.least"
    told = _factor(context.memory.fact(PATIENCE)) * new / before
    context.patience = new
    context.memory.put(PATIENCE, None if abs(told - 1.0) < 1e-3 else f"{told:.3g}")  # as the settings say
    return "patience.more" if more else "patience.less"


def patience_of(setting: float, fact: str) -> float:
    """The patience to begin with: the setting, and what the person said about it at an earlier start."""
    return max(min(setting, PATIENCE_MIN), min(PATIENCE_MAX, setting * _factor(fact)))


def _factor(fact: str) -> float:
    try:
        factor = float(fact)
    except ValueError:
        return 1.0
    return factor if 1 / PATIENCE_MAX <= factor <= PATIENCE_MAX else 1.0


def length_of(context: Context, *, minutes: float | None = None, cycles: int | None = None) -> str:
    """A length as it is said: "about three minutes", "four breaths"."""
    if cycles is not None:
        return context.phrases.pick("length.cycle" if cycles == 1 else "length.cycles", n=cycles)
    whole = round(minutes or 0)
    if minutes is not None and minutes < 0.75:
        return context.phrases.pick("length.nearly")
    return context.phrases.pick("length.minute" if whole <= 1 else "length.minutes", n=whole)
