"""VoiceHeal: a private, offline, hands-free voice companion for a person who has been rejected."""

import os

__version__ = "0.1.0"

# Before numpy is loaded: our products of matrices are small, and threads that wait for each other take twice the time
# of one (on two cores of which one is busy: 17 ms of processor instead of 6 for a sentence, and stalls of 40 ms).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
