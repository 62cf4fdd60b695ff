#!/usr/bin/env python3
"""Looks at the page of `synfin report --html` in a headless Chromium: no complaint, no request, both languages, a large screen and
a phone, light and dark, by keyboard, without scripts, in print. Pictures of it are in target/page.

`scripts/test-page.sh` runs it; with --pictures it makes those of the documentation instead, in docs/images.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from browser import Browser

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (Path(__file__).parent / "checks.js").read_text()
SCREENS = {"wide": (1280, 800), "phone": (375, 740)}
LANGUAGES = {"en": "en-US", "zh": "zh-CN"}

failed = []


def hold(holds, what):
    if not holds:
        failed.append(what)
        print(f"test-page: FAILED: {what}", file=sys.stderr)


def quiet(browser, page, what):
    """Nothing was complained of, and nothing asked for but the page."""
    hold(not browser.complaints, f"{what}: {browser.complaints}")
    hold(browser.requests == [page.resolve().as_uri()], f"{what}: requests {browser.requests}")


def seen(browser, selector):
    """How many of these elements are seen."""
    return browser.ask(f"[...document.querySelectorAll({selector!r})].filter(one => one.checkVisibility()).length")


def screens(browser, page, folder):
    for screen, (width, height) in SCREENS.items():
        for language, accepted in LANGUAGES.items():
            for scheme in ["light", "dark"]:
                what = f"{screen}, {language}, {scheme}"
                browser.look_as(width, height, accepted, scheme)
                browser.open(page)
                quiet(browser, page, what)
                other = "zh" if language == "en" else "en"
                hold(seen(browser, f".{language}") > 50 and seen(browser, f".{other}") == 0, f"{what}: the language")
                hold(browser.ask("document.documentElement.lang").startswith(language), f"{what}: the language of the root")
                over = browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                hold(over <= 0, f"{what}: {over} pixels do not fit into the width")
                charts = "wide" if screen == "wide" else "narrow"
                hold(seen(browser, f".{charts} svg") > 3, f"{what}: charts")
                contrast = browser.ask(CHECKS)
                hold(contrast["seen"] > 200, f"{what}: {contrast['seen']} texts")
                hold(not contrast["poor"], f"{what}: too little contrast: {contrast['poor'][:5]}")
                browser.picture(folder / f"{screen}-{language}-{scheme}.png")


def keyboard(browser, page):
    browser.look_as(1280, 800, "en-US")
    browser.open(page)
    browser.press("Tab", 9)
    hold(browser.ask("document.activeElement.id") == "en", "the first Tab leads to the languages")
    ring = "getComputedStyle(document.activeElement).outlineStyle"
    hold(browser.ask(ring) == "solid", "the focus is seen")
    browser.press("ArrowRight", 39)
    hold(seen(browser, ".zh") > 50 and seen(browser, ".en") == 0, "an arrow changes the language")
    visited = []
    for _ in range(60):
        browser.press("Tab", 9)
        name = browser.ask("document.activeElement.localName + '.' + document.activeElement.className")
        visited.append(name)
        hold(browser.ask(ring) == "solid", f"the focus is seen on {name}")
        if browser.ask("document.activeElement.matches('.kind > details:nth-of-type(2) > summary')"):
            break
    for wanted in ["a.", "div.scroll", "button.", "summary."]:
        hold(wanted in visited, f"Tab leads to {wanted}: {visited}")
    is_open = "document.activeElement.parentElement.open"
    hold(browser.ask(is_open) is False, "a connection is closed")
    browser.press(" ", 32)
    hold(browser.ask(is_open) is True, "the space bar opens it")
    browser.ask("document.querySelector('button[data-open=\"1\"]').click()")
    hold(browser.ask("[...document.querySelectorAll('.kind details')].every(one => one.open)"), "all open")
    quiet(browser, page, "keyboard")


def without_scripts(browser, page):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.look_as(1280, 800, "zh-CN")
    browser.open(page)
    hold(seen(browser, ".en") > 50 and seen(browser, ".zh") == 0, "without scripts: English")
    browser.ask("document.getElementById('zh').checked = true")
    hold(seen(browser, ".zh") > 50 and seen(browser, ".en") == 0, "without scripts: Chinese")
    hold(seen(browser, ".tools") == 0, "without scripts: no button that does nothing")
    browser.call("Emulation.setScriptExecutionDisabled", value=False)


def print_it(browser, page):
    browser.look_as(1280, 800, "en-US", "dark")
    browser.open(page)
    pdf = browser.call("Page.printToPDF", transferMode="ReturnAsBase64", printBackground=True, preferCSSPageSize=True)["data"]
    hold(len(pdf) > 10_000, "it prints")
    browser.look_as(1280, 800, "en-US", "dark", "print")
    hold(browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "white paper")


def hostile(browser, synfin, folder):
    """Names that would be markup and scripts, in a page that is looked at."""
    names = ["<script>alert(1)<", '"onload=\'alert(1)\' x="', "<img src=x onerror=alert(1)>"]
    files = []
    for name in names:
        files.append(folder / name)
        shutil.copy(ROOT / "tests/captures/refused_port.pcap", files[-1])
    page = folder / "hostile.html"
    subprocess.run([synfin, "report", "--html", page, *files], check=True)
    browser.look_as(1280, 800, "en-US")
    browser.open(page)
    quiet(browser, page, "hostile names")
    texts = browser.ask("[...document.querySelectorAll('.file')].map(one => one.textContent)")
    hold(texts == names, f"hostile names: {texts}")
    # And the checks themselves: with a script that is not the page's own, the browser must complain.
    text = page.read_text().replace("follow();\n", "follow(); alert(1);\n", 1)
    page.write_text(text)
    browser.open(page)
    hold(any("Content Security Policy" in complaint for complaint in browser.complaints), "the policy stops a foreign script")


def main():
    os.chdir(ROOT)
    run = ["cargo", "run", "--quiet", "--locked"]
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--package", "synfin-cli"], check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR") or "target")
    synfin = (target / "debug/synfin").resolve()
    with tempfile.TemporaryDirectory(prefix="synfin-page.") as folder, Browser() as browser:
        folder = Path(folder)
        capture, page = folder / "incident.pcap", folder / "incident.html"
        subprocess.run([*run, "--example", "demo", "--", capture, "incident"], check=True)
        subprocess.run([synfin, "report", "--html", page, capture], check=True)
        if "--pictures" in sys.argv:
            for language, suffix in [("en-US", ""), ("zh-CN", "-zh")]:
                browser.look_as(1000, 800, language)
                browser.open(page)
                file = Path(f"docs/images/page{suffix}.png")
                browser.picture(file, 1480)
                subprocess.run(["pngquant", "--force", "--strip", "--output", file, file], check=True)
            return
        pictures = target / "page"
        pictures.mkdir(parents=True, exist_ok=True)
        screens(browser, page, pictures)
        keyboard(browser, page)
        without_scripts(browser, page)
        print_it(browser, page)
        hostile(browser, synfin, folder)
    if failed:
        raise SystemExit(f"test-page: {len(failed)} failed")
    print(f"test-page: ok; pictures in {pictures}")


main()
