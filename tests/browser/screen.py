"""What a screen shows, as a test reads it."""

import re
from decimal import ROUND_HALF_UP, Decimal

from playwright.sync_api import expect

# What a figure shows to the eye: without what is said to screen readers alone.
SEEN = """node => {
    const it = node.cloneNode(true)
    it.querySelectorAll('.sr').forEach(one => one.remove())
    return it.textContent
}"""


def number(text):
    """The number in a text as people read it; None for a dash."""
    digits = re.sub(r"[^\d.−]", "", text).replace("−", "-")
    return Decimal(digits) if digits else None


def rounded_like(shown, exact):
    """Whether the exact number, rounded to the places that are shown, is the one that is shown; unknown is a dash."""
    if exact is None or shown is None:
        return shown is exact
    return Decimal(exact).quantize(Decimal(1).scaleb(shown.as_tuple().exponent), ROUND_HALF_UP) == shown


def shows(page, amount, within=15_000):
    """The total on screen becomes this."""
    expect(page.locator(".total")).to_have_text(re.compile(re.escape(amount)), timeout=within)


def wide(page, width):
    """By how many pixels the page is wider than a window of that width."""
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(120)
    return max(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0)
