"""How long the command line takes to start: `nhavung --help`, median of several runs."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path


def main(runs: int = 7) -> None:
    """Print the median of `runs` starts in seconds, and that of a Python that does nothing."""
    command = [str(Path(sys.executable).with_name("nhavung")), "--help"]
    help_s, python_s = median_s(command, runs), median_s([sys.executable, "-c", "pass"], runs)
    print(f"nhavung --help {help_s:.3f} s; python -c pass {python_s:.3f} s; ratio {help_s / python_s:.1f}")


def median_s(command: list[str], runs: int) -> float:
    """Median wall time of a command in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
