"""The benchmark of a province assessed again runs, small."""

from __future__ import annotations

from benchmarks.bench_bulk import main


def test_a_second_run_of_the_benchmark_writes_nothing(capsys):
    main(households=120)
    first, dearer, again = capsys.readouterr().out.split("writing statements")[:3]
    assert first.endswith(" and 0 ")
    assert not dearer.endswith(" and 0 ")
    assert again.endswith(" and 0 ")
