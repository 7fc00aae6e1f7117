"""What people type as names and notes, in the one form in which it is stored and compared."""

import unicodedata

from tickfolio.domain.errors import InvalidInput

# A composed character is typed as at most this many code points (the longest are polytonic Greek).
COMPOSED_FROM_MAX = 4

# Control characters, halves of surrogate pairs, and the two separators that are line breaks in disguise. PostgreSQL
# refuses NUL and cannot store a half pair, SQLite takes both: refusing them keeps the two alike.
REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Marks of direction and joiners belong to real names; but a name needs something that can be seen.
UNSEEN_CATEGORIES = frozenset({"Cf", "Zs"})


def read_text(text: str, field: str, size_max: int = 100) -> str:
    """One line of text, trimmed and composed (NFC): 1 to `size_max` characters, none of them a control character.

    Raises: InvalidInput with the field and one of the codes `too_long`, `control_character`, `blank`.
    """
    trimmed = text.strip()
    # Composing is not free; what cannot fit any more is refused before.
    if len(trimmed) > size_max * COMPOSED_FROM_MAX:
        raise _too_long(len(trimmed), field, size_max)
    if any(unicodedata.category(character) in REFUSED_CATEGORIES for character in trimmed):
        raise InvalidInput(field, "It contains control characters or line breaks.", code="control_character")
    composed = unicodedata.normalize("NFC", trimmed)
    if all(unicodedata.category(character) in UNSEEN_CATEGORIES for character in composed):
        raise InvalidInput(field, "It is empty.", code="blank")
    if len(composed) > size_max:
        raise _too_long(len(composed), field, size_max)
    return composed


def _too_long(size: int, field: str, size_max: int) -> InvalidInput:
    return InvalidInput(field, f"It has {size} characters; at most {size_max} are allowed.", code="too_long")
