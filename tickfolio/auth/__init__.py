"""Passwords, tokens and limits on trying them."""
