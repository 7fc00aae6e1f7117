"""Keys of sources: read once, so that what is sent can stand in a header and in an address."""

import re

_KEY = re.compile(r"[!-~]{0,200}", re.ASCII)


def read_key(text: str) -> str:
    """The key without the spaces and line ends that surround it in a file; empty where there is none.

    Raises: ValueError when it cannot be a key; the message does not name it.
    """
    key = text.strip()
    if not _KEY.fullmatch(key):
        raise ValueError("The key of a source has characters that no key has.")
    return key
