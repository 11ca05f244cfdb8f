"""The person's own record: one SQLite file on this machine, readable by them alone, and what can be done with it."""
