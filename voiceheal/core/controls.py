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


def length_of(context: Context, *, minutes: float | None = None, cycles: int | None = None) -> str:
    """A length as it is said: "about three minutes", "four breaths"."""
    if cycles is not None:
        return context.phrases.pick("length.cycle" if cycles == 1 else "length.cycles", n=cycles)
    whole = round(minutes or 0)
    if minutes is not None and minutes < 0.75:
        return context.phrases.pick("length.nearly")
    return context.phrases.pick("length.minute" if whole <= 1 else "length.minutes", n=whole)
