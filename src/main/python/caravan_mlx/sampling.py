"""How the next token is chosen."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
from mlx_lm.sample_utils import make_sampler

from caravan_mlx.request import Generate

Sampler = Callable[[Any], Any]


@dataclass(frozen=True)
class Defaults:
    """What is used where a client says nothing: the model's own advice, otherwise what the Messages API documents."""

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0


@functools.lru_cache(maxsize=128)
def _shared(temperature: float, top_p: float, top_k: int) -> Sampler:
    # Requests that sample alike share one sampler: the batch generator then samples them in one go.
    sampler: Sampler = make_sampler(temperature, top_p=top_p, top_k=top_k)
    return sampler


def sampler_of(request: Generate, defaults: Defaults, vocabulary: int) -> Sampler:
    """The sampler of a request, with a source of chance of its own when it has a seed."""
    temperature = defaults.temperature if request.temperature is None else request.temperature
    top_p = defaults.top_p if request.top_p is None else request.top_p
    top_k = defaults.top_k if request.top_k is None else request.top_k
    # All of the vocabulary or more is no choice at all, and an error in mlx-lm.
    sampler = _shared(float(temperature), float(top_p), 0 if top_k >= vocabulary else top_k)
    if request.seed is None or temperature == 0:
        return sampler
    return _seeded(sampler, request.seed)


def _seeded(sampler: Sampler, seed: int) -> Sampler:
    """Seeds each token by the request's seed and the token's place, whatever else is in the batch."""
    place = 0

    def sample(logprobs: Any) -> Any:
        nonlocal place
        mx.random.seed(((seed << 24) + place) % (1 << 63))
        place += 1
        chosen = sampler(logprobs)
        mx.random.seed(random.getrandbits(63))
        return chosen

    return sample
