"""`python -m voiceheal` is `voiceheal`."""

import sys

from .cli import main

sys.exit(main())
