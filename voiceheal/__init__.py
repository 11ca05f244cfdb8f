"""VoiceHeal: a private, offline, hands-free voice companion for a person who has been rejected."""

import os

__version__ = "0.1.0"

# Before numpy is loaded: our products of matrices are small, and of more threads than two most would only wait.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")
