"""Third-party files: declared, locked, copied once, and nothing in the lock names a host."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="the build tools are not installed")
ROOT = Path(__file__).parents[2]
NPM = ROOT / "api" / "npm"
VENDOR = ROOT / "api" / "static" / "vendor"


@pytest.fixture
def hook():
    if not NPM.is_dir():
        pytest.skip("not run from a source tree")
    spec = importlib.util.spec_from_file_location("build_hook", NPM / "build_hook.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_lock_holds_exact_versions_hashes_and_no_address(hook):
    lock = json.loads((NPM / "package-lock.json").read_text("utf-8"))
    declared = lock["packages"][""]["dependencies"]
    assert declared == json.loads((NPM / "package.json").read_text("utf-8"))["dependencies"]
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)
    assert "//" not in (NPM / "package-lock.json").read_text("utf-8")


def test_a_current_folder_is_left_alone_without_npm(hook, tmp_path: Path):
    (tmp_path / hook.STAMP).write_text(hook.fingerprint(NPM), "ascii")
    assert hook.fill_vendor(NPM, tmp_path) is False
    assert [path.name for path in tmp_path.iterdir()] == [hook.STAMP]


def test_a_file_missing_from_its_package_stops_the_build(hook, tmp_path: Path):
    (tmp_path / "package").mkdir()
    with pytest.raises(RuntimeError, match=r"holds no file dist/leaflet\.js"):
        hook.copy_files(tmp_path / "package", tmp_path / "out", ("dist/leaflet.js",))


def test_every_picture_and_font_a_style_names_is_there(hook):
    import re

    if not VENDOR.is_dir():
        pytest.skip("not built yet: pip install -e .")
    for style in ("leaflet/leaflet.css", "be-vietnam-pro/400.css", "be-vietnam-pro/700.css"):
        text = (VENDOR / style).read_text("utf-8")
        named = re.findall(r"url\(([\w./-]+\.(?:png|woff2))\)", text)
        assert named
        assert all((VENDOR / style).parent.joinpath(name).is_file() for name in named)
