"""Photos that would fill the memory, and photos that arrive at the same moment."""

from __future__ import annotations

import hashlib
import struct
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from makers import jpeg
from sending import send

from api.web import photo_files
from survey.problems import Problem


def png_of(width_px: int, height_px: int) -> bytes:
    """The beginning of a PNG that says it is this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100)))


@pytest.mark.parametrize(("width_px", "height_px"), [(60_000, 60_000), (10_000, 10_000), (9_000, 6_000)])
def test_a_photo_that_unpacks_to_gigabytes_is_told(sign_in, width_px: int, height_px: int) -> None:
    content = png_of(width_px, height_px)
    sha256 = hashlib.sha256(content).hexdigest()
    lan = sign_in("lan")
    send(lan, photos=[{"sha256": sha256, "slot": "front"}])
    answer = lan.put(f"/api/v1/photos/{sha256}", data=content)
    assert (answer.status_code, answer.json["problem"]) == (400, 4109)


def test_one_photo_sent_many_times_at_once_is_kept_once_and_whole(tmp_path: Path) -> None:
    content, sha256 = jpeg(width_px=800)
    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(lambda _: photo_files.store(tmp_path, content, sha256), range(40)))
    assert len(kept) == 1
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in files] == [kept.pop().sha256]


def test_photos_are_unpacked_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    busy, most, decode = threading.Semaphore(1), [], photo_files._decode

    def watched(received: bytes):
        most.append(busy.acquire(blocking=False))
        try:
            return decode(received)
        finally:
            busy.release()

    monkeypatch.setattr(photo_files, "_decode", watched)
    content, sha256 = jpeg(width_px=800)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: photo_files.store(tmp_path, content, sha256), range(20)))
    assert all(most)


def test_a_write_that_breaks_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(photo_files.os, "fsync", full)
    content, sha256 = jpeg()
    with pytest.raises(OSError, match="no space"):
        photo_files.store(tmp_path, content, sha256)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_photo_under_another_hash_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        photo_files.store(tmp_path, jpeg()[0], "0" * 64)
    assert caught.value.number == 4108
