"""From moving a slider to the new curve, in a browser: of its first year, and of more years, as they follow.

    python benchmarks/page.py [FILE] [--moves 20] [--until 5]

Every move is to a place where the slider has not been, so that no replication is known beforehand, and the next one
begins when the curve of so many years is there. Seconds of the processor are those of the server and of whoever moves
the slider, without the browser's: they tell how long it would take alone on the machine. Needs Chromium on the PATH and
pip install .[test].
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

from servsim.page.server import Served

LEVER = "waiting.patience_minutes"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
MEASURED = "performance.getEntriesByType('measure').map(entry => [entry.name, entry.duration])"
FIRST = "servsim curve"
PATIENCE = 600_000
"""Milliseconds until the page is there."""


def main() -> None:
    """Serve, move, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--moves", type=int, default=20)
    parser.add_argument("--until", type=int, default=5)
    asked = parser.parse_args()
    served = Served(asked.file)
    threading.Thread(target=served.run, daemon=True).start()
    while not served.server.started:
        time.sleep(0.01)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        took, seconds = moves(browser.new_page(), served.address, asked.moves, f"servsim {asked.until} years")
        browser.close()
    served.stop()
    for name, own in took.items():
        told = f"{name:16} median {statistics.median(own):6.0f} ms, worst {max(own):6.0f} ms"
        sys.stdout.write(f"{told}, {seconds[name] / asked.moves:5.2f} s of the processor\n")
    sys.stdout.write(f"{asked.moves} moves, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")


def moves(page: object, address: str, many: int, last: str) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Milliseconds of each move until each curve, and the processor's seconds until then of all moves together."""
    page.goto(address)
    page.wait_for_selector("body[data-settled]", timeout=PATIENCE)
    page.locator(f'[data-lever="{LEVER}"] input[type="range"]').focus()
    took: dict[str, list[float]] = {}
    seconds: dict[str, float] = {}
    for _ in range(many):
        page.evaluate("performance.clearMeasures()")
        begun, seen = time.process_time(), set()
        page.keyboard.press("ArrowRight")
        while last not in seen:
            page.wait_for_timeout(10)
            for name, milliseconds in page.evaluate(MEASURED):
                if name not in seen:
                    seen.add(name)
                    took.setdefault(name, []).append(milliseconds)
                    seconds[name] = seconds.get(name, 0.0) + time.process_time() - begun
    return took, seconds


if __name__ == "__main__":
    main()
