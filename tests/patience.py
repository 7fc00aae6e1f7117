"""How long a test waits before it says that something hangs."""

# A busy machine dawdles for less, and what hangs takes longer: tests tell "bounded" from "for ever" by it.
# No test measures a speed.
HANGS_SECONDS = 15.0
