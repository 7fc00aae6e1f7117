"""Tickfolio: a self-hosted portfolio tracker that is right, says since when, and shows its working."""

__version__ = "0.1.0"
