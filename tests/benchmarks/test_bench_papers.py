"""The benchmark of papers runs in every test run; the bound is the one the project promises."""

from __future__ import annotations

from benchmarks.bench_papers import measure, stages

from api.papers.pdf import pdf


def test_the_minutes_of_150_households_take_less_than_ten_seconds():
    assert measure(pdf, stages(150)).seconds < 10
