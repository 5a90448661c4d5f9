"""Q-19, F-9: leases and delays survive a wall clock that jumps."""

import pytest

from server.clocks import Steady

HOUR, DAY = 3_600_000, 24 * 3_600_000


class World:
    """A wall clock and the time that really passes."""

    def __init__(self) -> None:
        self.wall, self.passed = 1_800_000_000_000, 0.0

    def later(self, milliseconds: int) -> None:
        self.wall += milliseconds
        self.passed += milliseconds / 1000


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_jump_is_no_step_in_time(jump: int) -> None:
    world = World()
    steady = Steady(lambda: world.wall, monotonic=lambda: world.passed)
    before = steady()
    world.wall += jump
    assert steady() == before
    world.later(HOUR)
    assert abs(steady() - before - HOUR) <= HOUR // 10


def test_it_catches_up_in_the_end_and_stays() -> None:
    world = World()
    steady = Steady(lambda: world.wall, monotonic=lambda: world.passed)
    steady()
    world.wall += 10 * 60_000
    for _ in range(120):
        world.later(60_000)
        steady()
    assert abs(steady() - world.wall) <= 1


def test_an_ordinary_clock_is_followed_exactly() -> None:
    world = World()
    steady = Steady(lambda: world.wall, monotonic=lambda: world.passed)
    for _ in range(50):
        world.later(12_345)
        assert abs(steady() - world.wall) <= 1
