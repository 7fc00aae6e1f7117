"""In a page from right to left a number is still one: its sign and its currency stand before the digits."""

import re

from playwright.sync_api import expect

SCREENS = ("/holdings", "/holdings/{holding}", "/activity", "/performance", "/health", "/")
ENOUGH = 20
# Each number with a sign or a currency: its characters have to stand one behind the other, from left to right.
TURNED = r"""() => {
  const left = (node, at) => {
    const range = document.createRange()
    range.setStart(node, at)
    range.setEnd(node, at + 1)
    return range.getBoundingClientRect()
  }
  const turned = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  let seen = 0
  for (let node; (node = walker.nextNode());) {
    if (!node.parentElement.checkVisibility() || node.parentElement.closest('.sr')) continue
    for (const found of node.data.matchAll(/[+−]?\u2068?\p{Sc}?\d([\d,.]*\d)?%?/gu)) {
      const boxes = [...found[0]].map((_, n) => left(node, found.index + n)).filter((box) => box.width)
      if (boxes.length < 2) continue
      seen++
      if (boxes.some((box, n) => n && Math.abs(box.top - boxes[0].top) < 4 && box.left < boxes[n - 1].left - 1))
        turned.push(node.data.trim())
    }
  }
  return [seen, turned]
}"""
# The large figure is made of pieces: the currency, the whole, the fraction.
PIECES = """() => [...document.querySelectorAll('.total bdi > span, .total bdi.figure > span')]
  .map((one) => one.getBoundingClientRect().left)"""


def turned_round(page):
    """Draws everything anew from right to left: a page of the product, with another direction."""
    page.evaluate("document.documentElement.dir = 'rtl'")


def opened(page, path):
    """Opens a screen without loading the page again, which would turn it back."""
    page.evaluate(
        """(path) => {
            const link = Object.assign(document.createElement('a'), { href: path })
            document.querySelector('main').append(link)
            link.click()
        }""",
        path,
    )
    expect(page.get_by_role("heading").first).to_be_visible()
    page.wait_for_timeout(900)


def test_signs_and_currencies_stand_before_the_digits(sample, client, said):
    [portfolio] = client.get("/portfolios").json()["items"]
    [first, *_] = client.get(f"/portfolios/{portfolio['id']}/summary").json()["holdings"]
    turned_round(sample)
    numbers = 0
    for width in (1440, 390):
        sample.set_viewport_size({"width": width, "height": 900})
        for screen in SCREENS:
            opened(sample, screen.format(holding=first["id"]))
            seen, turned = sample.evaluate(TURNED)
            assert (screen, width, turned) == (screen, width, [])
            pieces = sample.evaluate(PIECES)
            assert (screen, width, pieces) == (screen, width, sorted(pieces))
            numbers += seen
    assert numbers > ENOUGH * len(SCREENS)
    assert said == []


def test_the_lines_of_a_receipt_too(sample):
    turned_round(sample)
    opened(sample, "/holdings")
    opened(sample, "/")
    sample.locator("[data-figure=day_change]").first.click()
    slip = sample.get_by_role("dialog")
    expect(slip.locator(".value")).to_have_text(re.compile(r"\d"))
    expect(slip.get_by_role("listitem").first).to_be_visible()

    seen, turned = sample.evaluate(TURNED)

    assert turned == []
    assert seen > ENOUGH
