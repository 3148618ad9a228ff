"""Writers of one process take turns in the order of coming."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from api.web.turns import Turns

WRITERS = 8


def test_whoever_has_waited_longest_comes_next():
    turns, order, threads = Turns(), [], []

    def write(number: int, arrived: Event) -> None:
        arrived.set()
        with turns.taken():
            order.append(number)

    with turns.taken():
        for number in range(WRITERS):
            arrived = Event()
            threads.append(Thread(target=write, args=(number, arrived)))
            threads[-1].start()
            arrived.wait()
            while len(turns._waiting) <= number:  # until it has really queued up
                pass
    for thread in threads:
        thread.join()
    assert order == list(range(WRITERS))


def test_a_turn_that_ends_in_an_error_is_handed_on():
    turns = Turns()
    with pytest.raises(ValueError, match="spoilt"), turns.taken():
        raise ValueError("spoilt")
    with turns.taken():
        pass


def test_a_write_within_a_write_is_refused_and_not_waited_for():
    turns = Turns()
    with turns.taken(), pytest.raises(RuntimeError), turns.taken():
        pass
