"""What has been read before and need not be read again: mlx-lm's prompt cache, bounded in bytes."""

from __future__ import annotations

from typing import Any

from mlx_lm.models.cache import LRUPromptCache, PromptTrie, PromptTrieResult, can_trim_prompt_cache, trim_prompt_cache

SEQUENCES = 256


class _Trie(PromptTrie):
    """mlx-lm's trie with a search that takes linear time.

    The original copies the path for each token it walks: a prompt that shares its first tokens with a cached one of 50,000 tokens
    took seconds to look up, with all other requests waiting.
    """

    def search(self, model: Any, tokens: list[int]) -> PromptTrieResult:
        node = self._trie.get(model, {})
        shorter = 0
        index = 0
        while index < len(tokens) and tokens[index] in node:
            node = node[tokens[index]]
            index += 1
            if "__value__" in node:
                shorter = index
        if tokens and shorter == len(tokens):
            return PromptTrieResult(model, tokens, None, None, 0)
        longer = tokens[:index] + _shortest(node) if index > 0 else None
        return PromptTrieResult(model, None, tokens[:shorter] if shorter else None, longer, index)


def _shortest(node: dict[Any, Any]) -> list[int]:
    """The shortest way from a node to one with a value. Every node lies on such a way."""
    level: list[tuple[dict[Any, Any], Any]] = [(node, None)]
    while True:
        below: list[tuple[dict[Any, Any], Any]] = []
        for at, way in level:
            if "__value__" in at:
                return _unrolled(way)
            below += [(child, (token, way)) for token, child in at.items()]
        level = below


def _unrolled(way: Any) -> list[int]:
    tokens = []
    while way is not None:
        token, way = way
        tokens.append(token)
    return tokens[::-1]


class Prefixes:
    """Caches by the tokens that are in them. For the engine's thread."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._cache = LRUPromptCache(SEQUENCES, limit)
        self._cache._trie = _Trie()

    def nearest(self, tokens: list[int]) -> tuple[Any | None, int]:
        """The cache that holds most of the beginning of ``tokens``, and how many of them. Never all: one must be left to go on from."""
        cache, rest = self._cache.fetch_nearest_cache("", tokens)
        if cache is not None and not rest:
            # Exactly these tokens.
            if can_trim_prompt_cache(cache):
                trim_prompt_cache(cache, 1)
                return cache, len(tokens) - 1
            cache, rest = self._cache.fetch_nearest_cache("", tokens[:-1])
            rest = [*rest, tokens[-1]]
        return cache, len(tokens) - len(rest) if cache is not None else 0

    def keep(self, tokens: list[int], cache: Any, kind: str = "assistant") -> None:
        """Keeps a cache that holds exactly ``tokens``. What was used longest ago goes when there is no room."""
        if tokens:
            self._cache.insert_cache("", list(tokens), cache, cache_type=kind)

    def make_room(self, in_use: int) -> None:
        """Lets go of what does not fit beside the caches that are being generated with."""
        self._cache.trim_to(n_bytes=self._limit - in_use)

    def clear(self) -> None:
        """Lets go of everything."""
        self._cache.trim_to(n_bytes=0)

    @property
    def nbytes(self) -> int:
        return int(self._cache.nbytes)
