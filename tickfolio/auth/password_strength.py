"""Which passwords are refused because somebody would guess them.

Source: NIST SP 800-63B-4, section 3.1.1.2: a least length, a list of well-known ones, no rules of composition.
"""

import string
import unicodedata

from tickfolio.domain.errors import WeakPassword

SIZE_MIN = 15
SIZE_MAX = 200

# A shorter run or repeat is in many good passwords.
RUN_SIZE_MIN = 4
# A word of an e-mail or name that is shorter than this says little.
WORD_SIZE_MIN = 4
# How many different characters must be left when everything guessable is taken out.
LEFT_MIN = 6

ROWS = (
    string.ascii_lowercase,
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p",
    "!@#$%^&*()",
)
RUNS = (*ROWS, *(row[::-1] for row in ROWS))

# What stands at the top of every list of stolen passwords, the product's own name, and what people here like.
WELL_KNOWN = """
    tickfolio portfolio password passwort passphrase passw0rd passwd secret geheim letmein changeme default welcome
    willkommen administrator admin superuser login qwerty iloveyou ilovegod loveme princess sunshine football baseball
    basketball cricket monkey dragon master shadow superman batman spiderman pokemon starwars whatever trustno1 freedom
    michael jennifer jordan charlie daniel ashley jessica hunter ranger computer internet google facebook samsung
    krishna ganesh sairam jaishriram bharat india thisisapassword mypassword
"""
# The longest words first, so that the whole of "administrator" goes and not a part of it.
KNOWN = tuple(sorted(WELL_KNOWN.split(), key=len, reverse=True))

LOOKALIKES = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})


def check_strength(password: str, email: str, name: str, size_min: int = SIZE_MIN) -> None:
    """Refuses a password that is too short, too long or too easily guessed by someone who knows the person.

    Characters are counted after composing (NFC). `size_min` is 15 where the password is the only factor.
    Raises: WeakPassword for the field `password`, with a sentence that says what to change.
    """
    if len(password) > SIZE_MAX * 4:  # Composing is not free, and makes at most four characters one.
        raise _weak(f"The password is too long; at most {SIZE_MAX} characters are allowed.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        raise _weak("The password contains control characters, which many keyboards cannot type.")
    size = len(unicodedata.normalize("NFC", password))
    if size < size_min:
        raise _weak(f"The password has {size} characters; use at least {size_min}. A few random words do well.")
    if size > SIZE_MAX:
        raise _weak(f"The password is too long; at most {SIZE_MAX} characters are allowed.")

    # Full-width letters and capitals are no harder to guess than plain ones.
    plain = unicodedata.normalize("NFKC", password).casefold()
    if _is_repeated(plain):
        raise _weak("The password repeats one short piece; choose something longer that does not.")
    if _is_little(_without_runs(plain)):
        raise _weak("The password is mostly runs such as 1234, abcd or qwerty; choose something less regular.")
    if _is_little(_without(plain, _words_of(email, name))):
        raise _weak("The password is mostly your own e-mail or name; choose something others do not know of you.")
    guessable = (*_words_of(email, name), *KNOWN)
    for spelling in (plain, plain.translate(LOOKALIKES)):
        if _is_little(_without_runs(_without(spelling, guessable))) or _is_little(_without(_joined(spelling), KNOWN)):
            raise _weak("The password is made of well-known words and runs; add words that do not go together.")


def _weak(message: str) -> WeakPassword:
    return WeakPassword("password", message)


def _is_repeated(text: str) -> bool:
    """Whether it is one piece three times or more, as in abcabcabc or aaaaaaa; the last piece may be cut."""
    return any(text[size:] == text[:-size] for size in range(1, len(text) // 3 + 1))


def _is_little(text: str) -> bool:
    return len(set(text)) < LEFT_MIN


def _without(text: str, words: tuple[str, ...]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text


def _without_runs(text: str) -> str:
    """The text without stretches of neighbours in a row (of the alphabet, digits, keyboard) or of one character."""
    left, start = [], 0
    while start < len(text):
        size = _run_size(text, start)
        if size >= RUN_SIZE_MIN:
            start += size
        else:
            left.append(text[start])
            start += 1
    return "".join(left)


def _run_size(text: str, start: int) -> int:
    size = 1
    while start + size < len(text):
        piece = text[start : start + size + 1]
        if piece != piece[0] * len(piece) and not any(piece in run for run in RUNS):
            break
        size += 1
    return size


def _words_of(email: str, name: str) -> tuple[str, ...]:
    """The words of a person's own that anybody would try first; the longest first."""
    local, _, domain = email.casefold().partition("@")
    text = f"{local} {domain} {name.casefold()}"
    for separator in ".-_+@":
        text = text.replace(separator, " ")
    words = {email.casefold(), local, domain, domain.partition(".")[0], name.casefold(), *text.split()}
    return tuple(sorted((word for word in words if len(word) >= WORD_SIZE_MIN), key=len, reverse=True))


def _joined(text: str) -> str:
    """Only letters and digits, so that "pass word" is "password"."""
    return "".join(character for character in text if character.isalnum()) or text
