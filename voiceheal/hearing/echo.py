"""The port behind which our own voice is taken out of the microphone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]


class EchoCanceller(Protocol):
    """Subtracts what the loudspeaker plays from what the microphone hears. One thread."""

    def cancel(self, mic: Floats, far: Floats) -> Floats:
        """The microphone without echo.

        Args:
            mic, far: samples at 16 kHz, -1..1, equally many, a multiple of 256. The far end must not come later than
                its echo.
        """
        ...

    def head(self) -> Floats:
        """The first samples of the path from loudspeaker to microphone as it is known now."""
        ...

    def reset(self) -> None:
        """Forget that path."""
        ...
