"""From installed packages to the first page of the living city: ``jieban demo`` on an empty home."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from typing import Any

from bench._house import free_port, own_home


def run(words: list[str]) -> dict[str, Any]:
    """Run the bench; options are those of ``jieban demo``."""
    with own_home() as home:
        port = free_port()
        begin = time.perf_counter()
        log = home / "demo.log"
        with log.open("wb") as out:
            demo = subprocess.Popen(
                [sys.executable, "-m", "jieban", "demo", "--json", "--port", str(port), *words],
                stdout=out,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ,
            )
            first = _first_page(port, demo, begin)
        os.killpg(demo.pid, signal.SIGKILL)
        demo.wait()
        told = json.loads(log.read_text(encoding="utf-8").splitlines()[0])
    return {
        "bench": "demo",
        "metrics": {"first_page_s": first, "tickets": told["tickets"], "three_rates": told["three_rates"]},
        "reference": {"goal_first_page_s": 180},
    }


def _first_page(port: int, demo: subprocess.Popen[bytes], begin: float) -> float:
    while demo.poll() is None and time.perf_counter() - begin < 900:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                if answer.status == 200:
                    return round(time.perf_counter() - begin, 1)
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("the demonstration did not come up")
