"""From the end of a spoken command to the first sample of the answer, live, through a virtual sound card.

Method: the rig's PulseAudio server plays flite commands into the microphone and records microphone and speaker at once,
cut to one clock (tests/rig/pulse.py; one click played on both is found within a millisecond on either). The end of a
command is the last sample above -55 dBFS of what was said; the answer begins with the first such sample on the other
side. So the figure holds everything: capture buffers, end-of-speech decision, decoding, synthesis, output buffers.
"""

from __future__ import annotations

import argparse

from tests.rig import people, sound
from tests.rig.product import Running, matching
from tests.rig.pulse import Pulse, Recording, pulse_server, wait_until

from ._common import product_in, spread, table, workshop

COMMANDS = (
    "help", "louder", "what can i say", "set the volume to fifty percent", "quieter", "how much time is left",
    "speak slower", "speak faster", "set the volume to seventy percent", "what can you do", "quieter please",
    "louder please",
)  # fmt: skip
VOICES = ("slt", "rms")
GAP_S = 1.0  # of quiet before a command


def silent(run: Running) -> bool:
    """Whether every line that began has ended."""
    events = run.events()
    return len(matching(events, "say_start")) == len(matching(events, "say_end"))


def one(pulse: Pulse, run: Running, recording: Recording, wav: object) -> tuple[float, float] | None:
    """(answer after end of command, decision after end of speech), s; None when it was not answered."""
    wait_until("silence", lambda: silent(run), 60)
    recording.wait(recording.now() + GAP_S)
    before, since = len(matching(run.events(), "say_start")), recording.now()
    pulse.speak(wav)  # type: ignore[arg-type]
    try:
        run.wait_for("say_start", 6, count=before + 1)
    except TimeoutError:
        return None
    recording.wait(recording.now() + 0.5)
    spoke = sound.stretches(recording.person()[round(since * sound.RATE) :], 1.0)
    end = since + spoke[0][1]
    answered = sound.first_loud(recording.product(), since + spoke[0][0])
    heard = matching(run.events(), "heard")
    if answered is None or not heard:
        return None
    return answered - end, heard[-1]["decided_s"] - heard[-1]["end_s"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("-n", type=int, default=len(COMMANDS), help="number of commands")
    parser.add_argument("--each", action="store_true", help="print each command")
    args = parser.parse_args()
    with workshop() as folder, pulse_server(folder / "a") as pulse:
        product = product_in(folder, **pulse.env())
        run = product.start("talk")
        try:
            run.wait_for("ready", 60)
            run.wait_for("say_end", 60)
            recording = pulse.record()
            answers, decisions, missed = [], [], []
            for n in range(args.n):
                text, voice = COMMANDS[n % len(COMMANDS)], VOICES[n % len(VOICES)]
                wav = people.script_wav([0.3, (text, voice), 0.2], folder / "said.wav")
                took = one(pulse, run, recording, wav)
                if args.each:
                    print(f"  {text:<34} {voice}  {'not answered' if took is None else f'{took[0]:.2f} s'}", flush=True)
                if took is None:
                    missed.append(text)
                else:
                    answers.append(took[0])
                    decisions.append(took[1])
        finally:
            product.end()
    table("latency of a spoken command", [
        ("end of command -> first sample of answer", spread(answers)),
        ("of it: end of speech -> decision (events)", spread(decisions)),
        ("not answered", ", ".join(missed) or "none"),
        ("goal", "median <= 1.0 s"),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
