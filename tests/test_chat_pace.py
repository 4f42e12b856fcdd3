"""The pace at which a server is asked: limits that hold in every minute, a fair queue, a pause for all."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfp_responder.chat.pace import BURST, Allowance, Bucket, Pace


@dataclass
class ManualClock:
    """A clock that only waiting moves on; for one thread."""

    time: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        assert seconds is not None, "nobody else is there who could end a turn"
        self.sleep(seconds)


# a request as (seconds after the one before, tokens estimated, tokens used)
REQUESTS = st.lists(st.tuples(st.floats(0, 30), st.integers(1, 5_000), st.integers(0, 5_000)), min_size=1, max_size=60)


@settings(deadline=None)
@given(REQUESTS, st.integers(1, 200), st.integers(0, 20_000))
def test_in_no_minute_is_more_let_through_than_the_limit_and_the_burst(
    requests: list[tuple[float, int, int]], per_minute: int, tokens_per_minute: int
) -> None:
    clock = ManualClock()
    allowance = Allowance(per_minute, tokens_per_minute, 1, clock.now())
    begun: list[tuple[float, int]] = []
    for rest, estimated, used in requests:
        clock.time += rest
        waits = 0
        while wait := allowance.wait(estimated, clock.now()):
            clock.time += wait
            waits += 1
            assert waits < 50, "never lets it through"
        begun.append((clock.time, used))
        allowance.begin(estimated, clock.now())
        allowance.end(estimated, used, clock.now())
    burst = max(1.0, per_minute / 60 * BURST)
    for first, (start, _) in enumerate(begun):
        minute = [(at, used) for at, used in begun[first:] if at < start + 60]
        assert len(minute) <= per_minute + burst + 1e-6
        if tokens_per_minute:
            spent = sum(used for _, used in minute)
            largest = max(max(used, estimated) for _, estimated, used in requests)
            assert spent <= tokens_per_minute + max(1.0, tokens_per_minute / 60 * BURST) + largest + 1e-6


@given(st.integers(1, 10_000), st.lists(st.floats(0, 50_000), min_size=1, max_size=20))
def test_a_bucket_lets_anything_through_in_the_end_and_says_when(per_minute: int, amounts: list[float]) -> None:
    now = 0.0
    bucket = Bucket(per_minute, now)
    for amount in amounts:
        wait = bucket.wait(amount, now)
        now += wait
        assert bucket.wait(amount, now) == pytest.approx(0.0, abs=1e-6)
        bucket.take(amount, now)


def test_what_was_estimated_too_high_is_given_back_and_what_was_too_low_is_owed() -> None:
    clock = ManualClock()
    pace = Pace(tokens_per_minute=6_000, at_once=1, clock=clock)  # 100 a second, 600 at once
    with pace.turn(600) as turn:
        turn.went_well(100)
    with pace.turn(500) as turn:
        turn.went_well(1_500)
    assert clock.slept == []
    with pace.turn(100):
        pass
    assert sum(clock.slept) == pytest.approx(11.0)  # 1000 owed and 100 to begin with


def test_a_request_larger_than_the_limit_of_a_minute_is_let_through_when_all_is_quiet() -> None:
    clock = ManualClock()
    pace = Pace(tokens_per_minute=60, at_once=1, clock=clock)
    with pace.turn(1_000):
        pass
    assert clock.slept == []


def test_without_limits_nobody_waits() -> None:
    clock = ManualClock()
    pace = Pace(at_once=1, clock=clock)
    for _ in range(1_000):
        with pace.turn(10**9) as turn:
            turn.went_well(10**9)
    assert clock.slept == []


def test_a_pause_that_one_was_asked_for_is_kept_by_all() -> None:
    clock = ManualClock()
    pace = Pace(at_once=2, clock=clock)
    with pace.turn(1) as turn:
        turn.was_refused(7.5)
    with pace.turn(1):
        assert sum(clock.slept) == pytest.approx(7.5)


def test_a_busy_server_is_asked_less_at_a_time_and_slowly_more_again() -> None:
    allowance = Allowance(0, 0, 8, 0.0)
    burst = [allowance.begin(1, 0.0) for _ in range(8)]
    for number in burst:  # one overload, however many met it
        allowance.shrink(number)
    assert allowance.limit == 4
    allowance.shrink(allowance.begin(1, 0.0))
    assert allowance.limit == 2
    seen = []
    for _ in range(40):
        allowance.grow()
        seen.append(allowance.limit)
    assert sorted(seen) == seen
    assert seen[0] == 2
    assert seen[-1] == 8


def test_it_never_shrinks_below_one() -> None:
    allowance = Allowance(0, 0, 3, 0.0)
    for _ in range(5):
        allowance.shrink(allowance.begin(1, 0.0))
        allowance.end(1, 0, 0.0)
    assert allowance.limit == 1
    assert allowance.wait(1, 0.0) == 0.0


def test_turns_are_given_in_the_order_of_coming_large_ones_included() -> None:
    pace = Pace(at_once=1)
    order: list[int] = []
    threads = []
    with pace.turn(1):
        for number in range(8):
            thread = threading.Thread(
                target=lambda number=number: _take(pace, 10_000 if number == 0 else 1, number, order)
            )
            thread.start()
            threads.append(thread)
            while pace.waiting <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join(5)
    assert order == list(range(8))


def _take(pace: Pace, tokens: int, number: int, order: list[int]) -> None:
    with pace.turn(tokens):
        order.append(number)


def test_a_turn_that_ends_in_a_fault_is_free_again() -> None:
    pace = Pace(at_once=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="x"), pace.turn(1):
            raise ValueError("x")
    with pace.turn(1):
        pass


def test_those_who_wait_do_not_turn_round_and_round() -> None:
    looked = 0

    class Counting(ManualClock):
        def now(self) -> float:
            nonlocal looked
            looked += 1
            return time.monotonic()

        def wait(self, condition: threading.Condition, seconds: float | None) -> None:
            condition.wait(seconds)

    pace = Pace(at_once=1, clock=Counting())
    with pace.turn(1):
        thread = threading.Thread(target=_take, args=(pace, 1, 1, []))
        thread.start()
        time.sleep(0.2)
    thread.join(5)
    assert looked < 12
