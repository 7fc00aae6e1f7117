"""Measurements, each a program: `python -m bench.NAME` prints its figures and ends with 1 when it misses a goal."""
