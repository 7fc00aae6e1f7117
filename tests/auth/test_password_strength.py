import pytest

from tickfolio.auth.password_strength import check_strength
from tickfolio.domain.errors import WeakPassword

EMAIL, NAME = "asha.menon@example.org", "Asha Menon"


@pytest.mark.parametrize(
    "password",
    [
        "tulip-wagon-9-frost",
        "the password of my old dog",
        "vz8Qk2!nRw4#tLp",
        "482915730264918",
        "मेरा घर पहाड़ पर है",
        "我家后面有三棵很老的苹果树和一口井",
        "eleven grey  herons",
        "Zwölf Boxkämpfer jagen",
        "🦊🌵🚲🍋🎻🧊🛶🪁🥁🧲🪴🦉🏔🧵🪐",
        "x" * 3 + "tulip wagon " * 2,
    ],
)
def test_a_password_nobody_would_guess_is_taken(password):
    check_strength(password, EMAIL, NAME)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        pytest.param("tulip-wagon-9f", "14 characters; use at least 15", id="one too short"),
        pytest.param("", "0 characters", id="empty"),
        pytest.param("tulip wagon " * 17, "too long", id="204 characters"),
        pytest.param("x" * 1_000_000, "too long", id="a million characters"),
        pytest.param("tulip-wagon-9-fro\x00st", "control characters", id="NUL"),
        pytest.param("tulip-wagon-9-fro\ud800st", "control characters", id="half a surrogate pair"),
        pytest.param("aaaaaaaaaaaaaaa", "repeats", id="one character"),
        pytest.param("xyqxyqxyqxyqxyqx", "repeats", id="three characters"),
        pytest.param("tulip tulip tulip ", "repeats", id="one word"),
        pytest.param("1234567890123456", "runs", id="digits"),
        pytest.param("9876543210987654", "runs", id="digits backwards"),
        pytest.param("abcdefghijklmnopqrst", "runs", id="the alphabet"),
        pytest.param("qwertyuiopasdfghjkl", "runs", id="keyboard rows"),
        pytest.param("QWERTYUIOPASDFGH", "runs", id="keyboard rows in capitals"),
        pytest.param("1qaz2wsx3edc4rfv", "runs", id="keyboard columns"),
        pytest.param("qwertzuiop12345678", "runs", id="another country's keyboard"),
        pytest.param("aaaabbbbccccdddd", "runs", id="runs of one character"),
        pytest.param("asha.menon@example.org", "your own", id="the e-mail"),
        pytest.param("AshaMenonExample1", "your own", id="the name and the domain"),
        pytest.param("menon-asha-menon!!", "your own", id="the name twice"),
        pytest.param("passwordpassword1", "well-known", id="a well-known word twice"),
        pytest.param("P@ssw0rdP@ssw0rd!", "well-known", id="with signs that look alike"),
        pytest.param("tickfolio123456789", "well-known", id="the product's name and a run"),
        pytest.param("TickfolioPassword", "well-known", id="the product's name and a word"),
        pytest.param("p a s s w o r d 1 2 3", "well-known", id="with spaces between"),
        pytest.param("password-asha-1234", "well-known", id="a word, the name and a run"),
        pytest.param("ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ", "well-known", id="full width"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password, reason):
    with pytest.raises(WeakPassword, match=reason) as raised:
        check_strength(password, EMAIL, NAME)

    assert [(error.field, error.code) for error in raised.value.errors] == [("password", "weak_password")]
    assert password == "" or password not in raised.value.message


def test_characters_are_counted_after_composing():
    # ö as o and a separate mark: 15 code points as typed, 14 characters.
    with pytest.raises(WeakPassword, match="14 characters"):
        check_strength("Zwo\u0308lf Boxer da", EMAIL, NAME)
    check_strength("Zwo\u0308lf Boxer da!", EMAIL, NAME)
    # 200 characters of two code points each.
    check_strength(
        "o\u0308a\u0308u\u0308e\u0301n\u0303i\u0301k\u0327c\u0327" * 2 + "tulip wagon frost " * 10, EMAIL, NAME
    )


def test_the_least_length_is_the_callers():
    check_strength("wagon9fr", EMAIL, NAME, size_min=8)
    with pytest.raises(WeakPassword, match="at least 8"):
        check_strength("wagon9f", EMAIL, NAME, size_min=8)


def test_a_short_name_forbids_nothing():
    check_strength("so a fox jumped over", "a@b.io", "So")
