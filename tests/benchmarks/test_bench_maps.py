"""The benchmark of maps runs, small, in every test run; its full figures come from running the file."""

from __future__ import annotations

from benchmarks.bench_maps import main


def test_a_village_map_is_small_and_quick():
    found = main(houses=300, repeats=5)
    assert found.ours_bytes < 150_000
    assert found.faster > 10
