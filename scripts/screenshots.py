"""Takes screenshots of every page from a running server into var/screenshots (kept out of git).

    .venv/bin/python scripts/screenshots.py http://127.0.0.1:8000 [--only home,rates] [--dark]

Files a simulated-looking request on the way, so run it against a demonstration city only.
With ``--staff NAME:PASSWORD`` the pages of the desks are taken too.
"""

from __future__ import annotations

import argparse
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "var" / "screenshots"
SIZES = {"phone": (390, 844), "desktop": (1440, 900)}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 120_000  # milliseconds; a page of a whole city on a busy machine
FLAGS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]
UNDERSTANDING = (
    ("desk-clusters-hot", "clusters/hot/"),
    ("desk-clusters-suggestions", "clusters/suggestions/"),
    ("desk-quality", "quality/dispatch/"),
    ("desk-names", "names/"),
    ("desk-knowledge-stale", "knowledge/?stale=1"),
    ("desk-knowledge-new", "knowledge/new/"),
)
FIRST_OF = (
    ("desk-clusters-one", "clusters/hot/", ".desk-list a.row__what"),
    ("desk-knowledge-one", "knowledge/", ".desk-list .row__what a"),
)
"""Name, list, and which link of it is followed."""
ASKED = "我家在枫林雅苑，暖气不热，什么时候开始供暖？"
TEXT = "朝阳区双井街道垂杨柳西里3号楼，暖气三天不热了，家里有八十岁的老人，晚上只有十四度。"


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("site")
    parser.add_argument("--only", default="", help="names of pages, separated by commas")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--large", action="store_true", help="in the elder mode")
    parser.add_argument("--staff", default="", help="NAME:PASSWORD")
    asked = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        path = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for size in SIZES:
            for language in LANGUAGES:
                _take_all(browser, asked, size, language)
        browser.close()


def _take_all(browser: Browser, asked: argparse.Namespace, size: str, language: str) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=LANGUAGES[language],
        color_scheme="dark" if asked.dark else "light",
    )
    if asked.large:
        context.add_cookies([{"name": "large_text", "value": "1", "url": asked.site}])
    only = set(filter(None, asked.only.split(",")))
    mode = ("-dark" if asked.dark else "") + ("-large" if asked.large else "")
    for name, page in _pages(context, asked):
        if not only or name in only:
            file = FOLDER / f"{name}-{size}-{language}{mode}.png"
            page.screenshot(path=file, full_page=True, timeout=PATIENCE)
    context.close()


def _pages(context: BrowserContext, asked: argparse.Namespace) -> Iterator[tuple[str, Page]]:
    """Walk through the site; each page is given when it stands ready."""
    page = context.new_page()
    yield from _residents(page, asked.site)
    if asked.staff:
        yield from _desks(page, asked.site, *asked.staff.split(":", 1))


def _residents(page: Page, site: str) -> Iterator[tuple[str, Page]]:
    for name, address in (("home", "/"), ("my", "/my/"), ("rates", "/rates/"), ("nothing", "/nothing/")):
        page.goto(site + address)
        yield name, page
    page.goto(f"{site}/knowledge/?q=暖气不热找谁")
    yield "answers", page
    page.click("main h2 a")
    yield "answer", page
    page.goto(f"{site}/file/")
    page.click("main form .button")
    yield "what-refused", page
    page.fill("#id_text", ASKED)
    page.click("main form .button")
    yield "where-suggested", page
    page.goto(f"{site}/file/")
    page.fill("#id_text", "家里闻到煤气味，" + TEXT)
    page.click("main form .button")
    yield "where-danger", page
    page.goto(f"{site}/file/")
    page.fill("#id_text", TEXT)
    yield "what", page
    page.click("main form .button")
    yield "where", page
    page.fill("#id_address", "垂杨柳西里3号楼")
    page.click("main form .button")
    if not page.locator("#id_photos").count():  # asked only where the address does not tell the street
        yield "street", page
        page.click("main form .button")
    photo = FilePayload(name="room.png", mimeType="image/png", buffer=_picture())
    page.set_input_files("#id_photos", [photo])
    page.click("[name=add]")
    yield "photos", page
    page.click("[name=go_on]")
    yield "reach", page
    page.fill("#id_phone", "13800001234")
    page.click("main form .button")
    yield "check", page
    page.click("main form .button")
    yield "done", page
    page.click("main .actions .button")
    yield "ticket", page


def _picture() -> bytes:
    """A photo to send: a cold evening, in three colours."""
    picture = Image.new("RGB", (640, 480), "#c9d3dc")
    picture.paste("#7d8894", (0, 300, 640, 480))
    picture.paste("#e8dcc4", (200, 140, 440, 330))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _desks(page: Page, site: str, name: str, password: str) -> Iterator[tuple[str, Page]]:
    page.goto(f"{site}/sign-in/")
    yield "sign-in", page
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("main .button")
    yield "work", page
    for link in page.locator(".staff-nav a").evaluate_all("links => links.map(link => link.href)"):
        page.goto(link)
        yield "desk" + link.removeprefix(site).replace("/", "-").rstrip("-").split("?")[0], page
    yield from _understanding(page, site)


def _understanding(page: Page, site: str) -> Iterator[tuple[str, Page]]:
    """What was understood and why, common matters, names, answers: as far as the account may see them."""
    for name, address in UNDERSTANDING:
        answer = page.goto(f"{site}/desk/{address}")
        if answer is not None and answer.ok:
            yield name, page
    for name, address, first in FIRST_OF:
        page.goto(f"{site}/desk/{address}")
        found = page.locator(first).first
        if found.count():
            page.goto(f"{site}{found.get_attribute('href')}")
            yield name, page
    page.goto(f"{site}/desk/dispatch/")
    number = page.locator("main a[data-key=o]").first
    if number.count():
        ticket = (number.text_content() or "").split()[0]
        for name, address in (("ticket", ""), ("ticket-why", "why/")):
            page.goto(f"{site}/desk/tickets/{ticket}/{address}")
            yield f"desk-{name}", page
        page.goto(f"{site}/desk/knowledge/for/{ticket}/")
        yield "desk-knowledge-for", page
    if page.goto(f"{site}/desk/take-in/").ok:  # type: ignore[union-attr]
        page.fill("#id_text", ASKED)
        page.wait_for_selector("#understood .facts")
        yield "desk-seat", page


if __name__ == "__main__":
    main()
