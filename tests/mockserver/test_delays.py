"""How long something takes."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnerlook_mock import Fixed, Lognormal, Uniform
from winnerlook_mock.delays import AT_ONCE, Delay, delay_of, drawn

YEAR = 366 * 86_400.0
SPANS = st.floats(0, YEAR)


@pytest.mark.parametrize(
    ("spelt", "meant"),
    [
        (0, AT_ONCE), (3, Fixed(3.0)), (0.25, Fixed(0.25)), ("3", Fixed(3.0)), (" 0.5 ", Fixed(0.5)), ("1e3", Fixed(1000.0)),
        ("uniform:1,5", Uniform(1.0, 5.0)), ("uniform: 1.5 , 1.5", Uniform(1.5, 1.5)), ("lognormal:3,0.5", Lognormal(3.0, 0.5)),
        ("lognormal:0,0", Lognormal(0.0, 0.0)), (Uniform(1, 2), Uniform(1, 2)), (Fixed(YEAR), Fixed(YEAR)), (YEAR, Fixed(YEAR)),
    ],
)
def test_it_is_seconds_or_a_distribution_in_words(spelt: Any, meant: Delay) -> None:
    """R1: when a report is there to be polled."""
    assert delay_of("delivery_delay", spelt) == meant


@pytest.mark.parametrize(
    "value",
    [
        -1, -0.001, True, None, float("nan"), float("inf"), YEAR + 1, 10**400, b"3", [3], {}, (1, 2),
        "", "soon", "nan", "inf", "-1", "1e400", "uniform", "uniform:", "uniform:1", "uniform:5,1", "uniform:-1,1", "uniform:1,2,3",
        "uniform:1,inf", "normal:1,2", "UNIFORM:1,2", "lognormal:-3,1", "lognormal:3,-1", "lognormal:3,nan", "fixed:1,2",
        Fixed(-1), Fixed(float("nan")), Uniform(5, 1), Lognormal(1, -1), Fixed("3"), Uniform(None, 1), Lognormal(True, 1),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_what_is_no_delay_is_refused_by_its_name(value: Any) -> None:
    """R1: and the error says what would be one."""
    with pytest.raises(ValueError, match=r"^delivery_delay is seconds from 0 on, uniform:LOW,HIGH or lognormal:MEDIAN,SIGMA, not "):
        delay_of("delivery_delay", value)


@given(st.integers(), SPANS, SPANS)
def test_draws_stay_within_their_bounds(seed: int, one: float, other: float) -> None:
    """R1: whole microseconds, so that a moment made of them is one that a datetime can name."""
    low, high = sorted((one, other))
    random = Random(seed)
    drawn_once = drawn(Uniform(low, high), random)
    assert low - 1e-6 <= drawn_once <= high + 1e-6
    assert drawn_once == round(drawn_once, 6)
    assert drawn(Fixed(one), random) == round(one, 6)
    for sigma in (0.0, 0.5, other):  # the last may pass what a float holds
        assert 0 <= drawn(Lognormal(one, sigma), random) <= YEAR


@given(st.integers(), st.sampled_from([Uniform(0, 100), Lognormal(3, 1), Fixed(1)]))
def test_the_same_seed_draws_the_same(seed: int, delay: Delay) -> None:
    """R1: a run repeats."""
    one, other = Random(seed), Random(seed)
    assert [drawn(delay, one) for _ in range(20)] == [drawn(delay, other) for _ in range(20)]


def test_a_lognormal_is_mostly_near_its_median_and_now_and_then_much_longer() -> None:
    """R1: half of it is below, and one in twenty beyond 2.3 times the median, as its description says of a sigma of 0.5."""
    random = Random(7)
    seconds = sorted(drawn(Lognormal(3.0, 0.5), random) for _ in range(4001))
    assert seconds[2000] == pytest.approx(3.0, rel=0.05)
    assert seconds[3800] == pytest.approx(3.0 * 2.28, rel=0.07)
    assert sum(Lognormal(3.0, 1.0).draw(random) > 3.0 * 5.2 for _ in range(4000)) == pytest.approx(200, abs=50)
    assert all(drawn(Lognormal(3.0, 0.0), random) == 3.0 for _ in range(10))


def test_a_uniform_comes_close_to_both_of_its_ends() -> None:
    """R1."""
    random = Random(7)
    seconds = [drawn(Uniform(10.0, 20.0), random) for _ in range(2000)]
    assert min(seconds) < 10.1
    assert max(seconds) > 19.9
    assert sum(seconds) / 2000 == pytest.approx(15.0, abs=0.3)
