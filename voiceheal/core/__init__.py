"""The pure heart: what happened, what to do, the conversation between. Standard library only, no threads, no I/O."""
