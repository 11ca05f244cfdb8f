"""The rig: everything that stands outside the product and tests it by its commands, sound and event lines only."""
