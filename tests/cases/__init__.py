"""The shared worked cases and complaints, each checked against the code that serves users."""
