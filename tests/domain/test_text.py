import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickfolio.domain.errors import InvalidInput
from tickfolio.domain.text import read_text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Long term", "Long term"),
        ("  Long term\t\n", "Long term"),
        ("Jo\u0308rg", "Jörg"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("👨‍👩‍👧 family", "👨‍👩‍👧 family"),
        ("क्‍ष", "क्‍ष"),
        ("x" * 100, "x" * 100),
        ("o\u0308" * 100, "ö" * 100),
    ],
)
def test_a_name_is_trimmed_and_composed(typed, stored):
    assert read_text(typed, "name") == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "blank"),
        (" \u00a0\t", "blank"),
        ("\u200b\u200d", "blank"),
        ("a\x00b", "control_character"),
        ("a\nb", "control_character"),
        ("a\x1b[31mb", "control_character"),
        ("a\x9fb", "control_character"),
        ("a\u2028b", "control_character"),
        ("a\ud800b", "control_character"),
        ("x" * 101, "too_long"),
        ("x" * 10_000_000, "too_long"),
    ],
)
def test_what_is_no_name_is_refused_with_its_field_and_a_code(typed, code):
    with pytest.raises(InvalidInput) as raised:
        read_text(typed, "name")

    assert [(error.field, error.code) for error in raised.value.errors] == [("name", code)]


def test_the_most_characters_are_the_callers():
    assert read_text("x" * 1000, "note", 1000) == "x" * 1000
    with pytest.raises(InvalidInput, match="1001 characters; at most 1000"):
        read_text("x" * 1001, "note", 1000)


@given(st.text(alphabet=st.characters(), max_size=120))
def test_any_text_is_read_once_and_for_all_or_refused(typed):
    try:
        stored = read_text(typed, "name")
    except InvalidInput:
        return

    assert read_text(stored, "name") == stored
    assert 1 <= len(stored) <= 100
    assert unicodedata.is_normalized("NFC", stored)
    stored.encode()
