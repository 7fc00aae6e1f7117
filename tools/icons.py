"""Draws the icons of the installed pages from web/public/icon.svg: `.venv/bin/python tools/icons.py`.

Browsers want them as PNG. The result is committed; run it again when the drawing has changed.
"""

import os
from pathlib import Path

from playwright.sync_api import sync_playwright

PUBLIC = Path(__file__).parent.parent / "web" / "public"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# A mask may cut away all but a circle of 80 % of the width: the drawing keeps inside it.
SAFE_SHARE = 0.8
# File, pixels, whether the ground goes to the edges because the system cuts the corners, share of the drawing.
ICONS = (
    ("192.png", 192, False, 1.0),
    ("512.png", 512, False, 1.0),
    ("maskable.png", 512, True, SAFE_SHARE),
    ("apple-touch.png", 180, True, 1.0),
)


def draw(svg: str, size: int, to_the_edges: bool, share: float) -> str:
    """The page with nothing on it but the drawing, that many pixels wide and high."""
    ground = "#15171c" if to_the_edges else "transparent"
    drawing = svg.replace("<svg ", f'<svg width="{size * share}" height="{size * share}" ')
    style = f"margin:0;width:{size}px;height:{size}px;display:grid;place-items:center;background:{ground}"
    return f'<!doctype html><body style="{style}">{drawing}</body>'


def main() -> None:
    """Writes every icon."""
    svg = (PUBLIC / "icon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, size, to_the_edges, share in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(draw(svg, size, to_the_edges, share))
            page.screenshot(path=PUBLIC / "icons" / name, omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
