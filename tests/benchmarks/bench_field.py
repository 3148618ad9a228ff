"""The field app's server side over loopback: one large sync, one assignment. Run: python bench_field.py"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[1]))
from fielding import SIGN_IN
from makers import envelope, password_of
from page_server import fill_people, serve_app
from sending import BEFORE, point

BATCH = 200
PHONES = 20


@dataclass(frozen=True)
class Figures:
    """Seconds of one sync, of one assignment and of many at once; the bytes of one as it travels."""

    records: int
    sync_s: float
    households: int
    assignment_s: float
    size_bytes: int
    at_once_s: float
    at_once_cpu_s: float


def _ask(url: str, token: str | None = None, told: Any = None) -> Any:
    """One request of a phone; its JSON."""
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    sent = None if told is None else json.dumps(told).encode()
    with urlopen(Request(url, data=sent, headers=headers)) as answer:
        body = answer.read()
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
    return json.loads(gzip.decompress(body) if is_packed else body)


def _fetch(url: str, token: str) -> bytes:
    """The bytes of an answer as they travel."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
    with urlopen(Request(url, headers=headers)) as answer:
        body: bytes = answer.read()
        return body


def _surveys(count: int) -> list[dict[str, Any]]:
    """So many surveys of one village, each of another house."""
    return [
        envelope(
            {
                "head_name": f"Hoàng Văn {number}",
                "point": point(105.60 + number % 40 / 1000, 22.40 + number / 10_000),
            },
            captured_at=BEFORE,
        )
        for number in range(count)
    ]


def send_surveys(url: str, count: int) -> None:
    """Let an officer's phone send so many surveys, not measured."""
    told = {"username": "lan", "password": password_of("lan"), "device_label": "bench"}
    token = _ask(url + SIGN_IN, told=told)["token"]
    for first in range(0, count, BATCH):
        _ask(f"{url}/api/v1/envelopes/batch", token, _surveys(count)[first : first + BATCH])


def measure(households: int = 300) -> Figures:
    """Send surveys in batches of 200 without photos, then fetch them all as an assignment."""
    with tempfile.TemporaryDirectory() as folder, serve_app(Path(folder), fill_people) as site:
        told = {"username": "lan", "password": password_of("lan"), "device_label": "bench"}
        token = _ask(site.url + SIGN_IN, told=told)["token"]
        _ask(f"{site.url}/api/v1/envelopes/batch", token, _surveys(1))  # the law and the tree are read once
        start = time.perf_counter()
        results = _ask(f"{site.url}/api/v1/envelopes/batch", token, _surveys(BATCH))
        sync_s = time.perf_counter() - start
        if any(one.get("status") != 201 or one["receipt"]["state"] != "stored" for one in results):
            raise SystemExit(f"not every record was stored: {results[0]}")
        for _ in range((households - 1) // BATCH):
            _ask(f"{site.url}/api/v1/envelopes/batch", token, _surveys(BATCH)[: households - 1 - BATCH])
        start = time.perf_counter()
        assignment = _ask(f"{site.url}/api/v1/field/assignment", token)
        assignment_s = time.perf_counter() - start
        _ask(f"{site.url}/api/v1/envelopes/batch", token, _surveys(1))  # what was packed holds no longer
        start, cpu = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(PHONES) as pool:
            list(pool.map(lambda _: _fetch(f"{site.url}/api/v1/field/assignment", token), range(PHONES)))
        at_once_s, at_once_cpu_s = time.perf_counter() - start, time.process_time() - cpu
    fetched = len(assignment["households"]), assignment_s, assignment["size_bytes"]
    return Figures(BATCH, sync_s, *fetched, at_once_s, at_once_cpu_s)


def report() -> None:
    """Print them."""
    found = measure()
    each_ms = found.sync_s / found.records * 1000
    print(f"{found.records} records without photos in one sync: {found.sync_s:.2f} s ({each_ms:.0f} ms each)")
    size = f"{found.size_bytes / 1000:.0f} kB"
    print(f"assignment of {found.households} households: {found.assignment_s:.2f} s, {size} as it travels")
    each_ms = found.at_once_cpu_s / PHONES * 1000
    rate = f"{found.at_once_s:.2f} s ({PHONES / found.at_once_s:.0f}/s)"
    print(f"{PHONES} phones at once: {rate}, {each_ms:.0f} ms of CPU each")


if __name__ == "__main__":
    report()
