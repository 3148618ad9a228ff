"""The benchmark of the law runs, small."""

from __future__ import annotations

from benchmarks.bench_law import main


def test_the_benchmark_runs_and_prints_its_figures(capsys):
    main(rows=2_000)
    printed = capsys.readouterr().out
    assert "full law, 2,000 households" in printed
    assert "one household" in printed
