"""Answers worth keeping for a moment, and news between processes. Never authoritative."""
