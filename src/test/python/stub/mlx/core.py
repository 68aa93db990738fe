"""The few functions of mlx.core that the worker calls."""

from __future__ import annotations


class random:
    @staticmethod
    def seed(seed: int) -> None:
        pass


def get_active_memory() -> int:
    return 1_000_000


def get_cache_memory() -> int:
    return 0
