"""Decides whether we may listen while we speak, and whether what was heard then is the person or our own echo."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import LCSseq

from ..core.meaning import BEGIN_INTENTS, GLOBAL_INTENTS
from .vad import BLOCK_S

if TYPE_CHECKING:
    from ..core.ports import Pcm16

Mode = Literal["auto", "on", "off"]

SHORT = 4  # words; an answer as short as that may be in our line by chance
FOLLOWED, FOLLOWED_OVERLAP = 4, 0.6  # so many words, of which that share is ours: it is us that is listened to
STRANGE = 2  # words that are not in our line: it is not us
SILENT_DB = -60.0  # dB full scale: a far end below this makes no echo
TAIL_S = 0.3  # room and sound card still play this long after the last far-end block
WINDOW_S = 4.0  # of our own speech, on which the gate decides
FIRST_S = 2.0  # of our own speech, before it decides at all
MAX_LAG = 12  # blocks between loudspeaker and microphone: 384 ms (120 ms measured with PulseAudio)
CLEAN_RISE_DB, ECHO_RISE_DB = 3.0, 6.0  # microphone level, our speech against our silence: no echo; echo
ECHO_CORRELATION = 0.5  # of the level curves, at the best lag: it is us that is heard


@dataclass(frozen=True, slots=True)
class BargeIn:
    """What counts of the things said while we speak. Pure.

    Attributes:
        echo_overlap: share of the words, in order, found in the line we say, from which free speech is our echo.
        clean_overlap: the same when no echo was noticed (headphones); only word for word then.
        free_words, free_sure: free speech through our echo must have so many words, heard with so much confidence.
        likeness: from here on it is us that is heard; people who talk over us came to 0.20, once to 0.30.
    """

    echo_overlap: float = 0.6
    clean_overlap: float = 0.9
    free_words: int = 5
    free_sure: float = 0.8
    likeness: float = 0.25

    def judge(
        self,
        utterance_text: str,
        speaking_text: str,
        intent: str,
        echo: bool,
        *,
        by_grammar: bool = True,
        confidence: float = 1.0,
        likeness: float = 0.0,
        transcript: str = "",
        urgent: bool = False,
    ) -> bool:
        """True when the utterance is the person's.

        Args:
            utterance_text: what was heard.
            speaking_text: the line we were saying, "" when there were no words (a tone of the breath).
            intent: what the utterance would mean.
            echo: whether the loudspeaker is heard in the microphone.
            by_grammar: whether the grammar of commands heard the same. confidence: of the words.
            likeness: how much of it sounds like our own voice, 0..1.
            transcript: what the open recogniser made of it, where a grammar heard a command.
            urgent: someone may not be safe: words that are not ours are enough.
        """
        heard, said = _words(utterance_text), _words(speaking_text)
        if not said and not echo:
            return True
        plain = _words(transcript)
        both = by_grammar and plain == heard
        if not heard or (echo and not urgent and self._ours(plain, said, intent, likeness, both=both)):
            return False
        overlap = _overlap(heard, said)
        if not said:  # nothing of ours was spoken in it: two words are no leftover of a tone, or of a room that rings
            return urgent or (by_grammar and intent in GLOBAL_INTENTS) or len(heard) >= STRANGE
        if intent in GLOBAL_INTENTS and not urgent:
            return not echo or (by_grammar and overlap < 1.0)
        if not echo:
            return overlap < self.clean_overlap or len(heard) < SHORT
        strange = overlap < self.echo_overlap and len(set(heard) - set(said)) >= STRANGE
        return strange and (urgent or (len(heard) >= self.free_words and confidence >= self.free_sure))

    def _ours(self, plain: list[str], said: list[str], intent: str, likeness: float, *, both: bool) -> bool:
        """Whether it is what was left of us, whatever it seems to mean."""
        if intent in BEGIN_INTENTS:
            return True  # these are not among the few words to interrupt with: somebody's or nobody's, they are a guess
        if both:
            return False  # both recognisers heard the same words
        return likeness >= self.likeness or _overlap(plain, said) >= self.echo_overlap


def _overlap(heard: list[str], said: list[str]) -> float:
    """Share of the words heard that are in what was said, in order; 0 when nothing was heard."""
    return float(LCSseq.similarity(heard, said)) / max(1, len(heard))


def leftover(heard_text: str, speaking_text: str, least: int = FOLLOWED) -> bool:
    """Whether a turn follows our own voice: it has `least` words, and most of them, in order, are ours."""
    heard, said = _words(heard_text), _words(speaking_text)
    return len(heard) >= least and _overlap(heard, said) >= FOLLOWED_OVERLAP


class HearsUs(Protocol):
    """Knows whether the microphone hears our own loudspeaker."""

    @property
    def echo(self) -> bool:
        """Whether our own voice may be in the microphone (also while that is not known yet)."""
        ...


class EchoGate:
    """Open when the microphone may be listened to.

    While nothing sounds it is open. While we speak, and `TAIL_S` after: "on" open, "off" closed. "auto" starts closed,
    because an assistant that answers itself is worse than one that cannot be interrupted for the first sentence. It
    opens when in `FIRST_S` of our own speech the microphone got no louder than in silence (headphones, or an echo
    below the room's noise), and closes again when its level follows ours. A person who talks over us makes the
    microphone louder without following our level: that changes nothing, the gate stays as it was.
    """

    def __init__(self, mode: Mode = "auto") -> None:
        self._mode = mode
        self._tail = int(np.ceil(TAIL_S / BLOCK_S))
        self._since_far = self._tail + 1  # blocks since the far end last sounded
        self._far: deque[float] = deque([-100.0] * MAX_LAG, maxlen=int(WINDOW_S / BLOCK_S) + MAX_LAG)
        self._mic: deque[float] = deque([-100.0] * MAX_LAG, maxlen=self._far.maxlen)
        self._quiet: deque[float] = deque(maxlen=int(WINDOW_S / BLOCK_S))  # microphone while we were silent
        self._spoken = 0  # blocks of far end since the start
        self._echo: bool | None = None

    @property
    def open(self) -> bool:
        """Whether the microphone counts now."""
        if self._mode == "on" or self._since_far > self._tail:
            return True
        return self._mode == "auto" and self._echo is False

    @property
    def echo(self) -> bool:
        """Whether our own voice may be in the microphone (also while that is not known yet)."""
        return self._echo is not False

    def feed(self, mic: Pcm16, far: Pcm16 | None) -> None:
        """Take the same 32 ms of microphone and far end (16 kHz; None = nothing sounds)."""
        far_db = level_db(far) if far is not None else -100.0
        mic_db = level_db(mic)
        sounds = far_db > SILENT_DB
        self._since_far = 0 if sounds else self._since_far + 1
        if self._since_far > self._tail:
            self._quiet.append(mic_db)
            return  # the curves hold our speech only, with its own short pauses
        self._far.append(far_db)
        self._mic.append(mic_db)
        self._spoken += sounds
        if self._mode != "off" and self._spoken * BLOCK_S >= FIRST_S and self._spoken % 8 == 0:
            self._decide()

    def _decide(self) -> None:
        far = np.maximum(np.asarray(self._far), SILENT_DB)
        mic = np.asarray(self._mic)
        floor = float(np.median(self._quiet)) if self._quiet else float(np.percentile(mic[MAX_LAG:], 5))
        rise = float(np.percentile(mic[MAX_LAG:], 75)) - floor
        if rise < CLEAN_RISE_DB:
            self._echo = False
        elif rise > ECHO_RISE_DB and best_correlation(mic, far) > ECHO_CORRELATION:
            self._echo = True


def level_db(block: Pcm16) -> float:
    """Level of a block in dB full scale, at least -100."""
    power = float(np.mean(np.square(block.astype(np.float32) / 32768.0))) if len(block) else 0.0
    return 10.0 * float(np.log10(max(power, 1e-10)))


def best_correlation(mic: npt.NDArray[np.float64], far: npt.NDArray[np.float64]) -> float:
    """Highest correlation of two level curves of one length, the microphone 0 to `MAX_LAG` blocks behind."""
    best = 0.0
    late = mic[MAX_LAG:]
    for lag in range(MAX_LAG + 1):
        early = far[MAX_LAG - lag : len(far) - lag]
        if np.std(late) > 0.1 and np.std(early) > 0.1:
            best = max(best, float(np.corrcoef(late, early)[0, 1]))
    return best


def _words(text: str) -> list[str]:
    spoken = re.sub(r"\[pause[^\]]*\]", " ", text.lower())
    return re.findall(r"[a-z0-9']+", spoken.replace("’", "'"))
