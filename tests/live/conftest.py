"""The rig's fixtures for this folder."""

from tests.rig.fixtures import bare, live, product, pulse

__all__ = ["bare", "live", "product", "pulse"]
