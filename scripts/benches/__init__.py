"""Benchmarks: each module measures one thing from outside and prints a small table; run by `scripts/bench NAME`."""
