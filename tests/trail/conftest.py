"""A small province whose trail is sealed, and the commands that seal and check it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner

from api.cli import cli, problem_of


@pytest.fixture
def run(world, monkeypatch) -> Callable[..., tuple[int, str]]:
    """Run `nhavung …` on the database of the test; what it ended with and said."""
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)

    def running(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, arguments)
        problem = problem_of(done.exception) if done.exception else None
        return (problem.number if problem else done.exit_code), done.output

    return running
