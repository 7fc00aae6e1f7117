"""Use cases: one file each, functions over an open database transaction."""
