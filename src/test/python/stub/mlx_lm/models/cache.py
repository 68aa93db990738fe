from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any


class KVCache:
    def __init__(self) -> None:
        self.tokens: list[int] = []

    @property
    def nbytes(self) -> int:
        return 100 * len(self.tokens)

    def merge(self) -> None:
        pass


def make_prompt_cache(model: Any) -> list[KVCache]:
    return [KVCache()]


def can_trim_prompt_cache(cache: list[KVCache]) -> bool:
    return True


def trim_prompt_cache(cache: list[KVCache], number: int) -> None:
    del cache[0].tokens[-number:]


@dataclass
class PromptTrieResult:
    model: Any
    exact: Any
    shorter: Any
    longer: Any
    common_prefix: int


class PromptTrie:
    def __init__(self) -> None:
        self._trie: dict[Any, Any] = {}


class LRUPromptCache:
    def __init__(self, max_size: int, max_bytes: int) -> None:
        self._entries: list[tuple[list[int], list[KVCache]]] = []
        self._max_bytes = max_bytes
        self._trie = PromptTrie()

    @property
    def nbytes(self) -> int:
        return sum(cache[0].nbytes for _, cache in self._entries)

    def fetch_nearest_cache(self, model: Any, tokens: list[int]) -> tuple[Any, list[int]]:
        best, most = None, 0
        for held, cache in self._entries:
            common = next((i for i, (a, b) in enumerate(zip(held, tokens)) if a != b), min(len(held), len(tokens)))
            if common > most:
                best, most = cache, common
        if best is None:
            return None, tokens
        cache = copy.deepcopy(best)
        cache[0].tokens = cache[0].tokens[:most]
        return cache, tokens[most:]

    def insert_cache(self, model: Any, tokens: list[int], cache: list[KVCache], cache_type: str = "assistant") -> None:
        self._entries = [entry for entry in self._entries if entry[0] != tokens[: len(entry[0])]] + [(tokens, cache)]
        self.trim_to(n_bytes=self._max_bytes)

    def trim_to(self, n_bytes: int) -> None:
        while self._entries and self.nbytes > n_bytes:
            self._entries.pop(0)
