"""The prefix cache: what is found, and that it stays within its bytes."""

from __future__ import annotations

import random
from typing import Any

import pytest

pytestmark = pytest.mark.real


def caches(tokens: int) -> list[Any]:
    import mlx.core as mx
    from mlx_lm.models.cache import KVCache

    cache = KVCache()
    cache.update_and_fetch(mx.zeros((1, 1, tokens, 4)), mx.zeros((1, 1, tokens, 4)))
    return [cache]


def test_finds_what_mlx_lm_finds() -> None:
    from mlx_lm.models.cache import LRUPromptCache

    from caravan_mlx.prefixes import Prefixes

    chance = random.Random(7)
    for _ in range(30):
        ours, theirs = Prefixes(1 << 40), LRUPromptCache(256)
        for _ in range(12):
            tokens = [chance.randrange(2) for _ in range(chance.randrange(2, 12))]
            ours.keep(tokens, caches(len(tokens)))
            theirs.insert_cache("", tokens, caches(len(tokens)))
            wanted = [chance.randrange(2) for _ in range(chance.randrange(2, 14))]
            found, cached = ours.nearest(wanted)
            _, rest = theirs.fetch_nearest_cache("", wanted)
            assert cached >= min(len(wanted) - len(rest), len(wanted) - 1), "finds less than mlx-lm"
            assert (found[0].offset if found else 0) == cached


def test_a_long_conversation_does_not_slow_down_one_that_begins_like_it() -> None:
    from caravan_mlx.prefixes import Prefixes

    prefixes = Prefixes(1 << 40)
    long = list(range(200_000))
    prefixes.keep(long, caches(len(long)))
    # With a search in quadratic time this would take minutes.
    for i in range(3):
        _, cached = prefixes.nearest([*long[:100], -i - 1, -2])
        assert cached == 100


def test_one_token_is_left_to_go_on_from() -> None:
    from caravan_mlx.prefixes import Prefixes

    prefixes = Prefixes(1 << 40)
    prefixes.keep([1, 2, 3, 4], caches(4))
    assert [prefixes.nearest(tokens)[1] for tokens in ([1, 2, 3, 4], [1, 2, 3, 4, 5], [1, 2], [1], [7, 8])] == [3, 4, 1, 0, 0]


def test_what_was_used_longest_ago_goes() -> None:
    from caravan_mlx.prefixes import Prefixes

    one = sum(cache.nbytes for cache in caches(300))
    prefixes = Prefixes(3 * one)
    for i in range(10):
        prefixes.keep([i] * 300, caches(300))
        assert prefixes.nbytes <= 3 * one
    assert [prefixes.nearest([i] * 301)[1] > 0 for i in range(10)] == [False] * 7 + [True] * 3
    prefixes.make_room(2 * one)
    assert prefixes.nbytes <= one
