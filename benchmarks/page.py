"""From moving a slider to the new curve, in a browser: the median and the worst of fifty moves.

    python benchmarks/page.py [FILE] [--moves 50]

Every move is to a place where the slider has not been, so that no world is known beforehand. Needs Chromium on the PATH
and pip install .[test].
"""

import argparse
import os
import shutil
import statistics
import sys
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from servsim.page.serve import Served

LEVER = "waiting.patience_minutes"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
MEASURED = "performance.getEntriesByName('servsim curve').map(entry => entry.duration)"


def main() -> None:
    """Serve, move, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--moves", type=int, default=50)
    asked = parser.parse_args()
    served = Served(asked.file)
    threading.Thread(target=served.run, daemon=True).start()
    while not served.server.started:
        time.sleep(0.01)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        took = moves(browser.new_page(), served.address, asked.moves)
        browser.close()
    served.stop()
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    sys.stdout.write(f"{len(took)} moves: median {statistics.median(took):.0f} ms, worst {max(took):.0f} ms ({load})\n")


def moves(page: object, address: str, many: int) -> list[float]:
    """Milliseconds of each move; the next begins when the one before has its curve."""
    page.goto(address)
    page.wait_for_selector("body[data-settled]", timeout=600_000)
    slider = page.locator(f'[data-lever="{LEVER}"] input[type="range"]')
    slider.focus()
    before = len(page.evaluate(MEASURED))
    for number in range(many):
        page.keyboard.press("ArrowRight")
        while len(page.evaluate(MEASURED)) < before + number + 1:
            page.wait_for_timeout(10)
    return page.evaluate(MEASURED)[before:]


if __name__ == "__main__":
    main()
