"""What is kept of a request that is cancelled: exactly the tokens that its cache holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from harness import generate

pytestmark = pytest.mark.real

PROMPT = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
# mlx-lm tells it of 0, 5, 10, 11 and 12 tokens of the prompt.
STEP = 5


@pytest.mark.parametrize("at", [0, 5, 10, 11, 12])
def test_cancelled_at_any_part_of_a_prompt(random_model: Path, at: int) -> None:
    from caravan_mlx.job import Job
    from caravan_mlx.lanes import SingleLane
    from caravan_mlx.model import load_model
    from caravan_mlx.prefixes import Prefixes
    from caravan_mlx.request import read_generate
    from caravan_mlx.sampling import Defaults, sampler_of
    from caravan_mlx.template import Prompt
    from caravan_mlx.wire import Wire

    class Cancelled(Job):
        def read(self, tokens: int) -> None:
            super().read(tokens)
            if tokens == at:
                wire.cancel("msg_1")

    class Silent:
        def push(self, token: int) -> None:
            pass

    model = load_model(str(random_model), None, None, False)
    prefixes = Prefixes(1 << 30)
    lane = SingleLane(model, prefixes, STEP, {})
    wire = Wire(os.open(os.devnull, os.O_WRONLY))
    wire.ready({})
    call = wire.open("msg_1")
    assert call is not None
    request = read_generate(generate("msg_1", "Hi"))
    sampler = sampler_of(request, Defaults(), model.vocabulary)
    answer: Any = Silent()
    job = Cancelled(call, request, Prompt(PROMPT, "normal", False, ()), answer, sampler, 5, "max_tokens", wire)
    lane.add(job)
    for _ in range(2):
        lane.step()
        lane.drop([job for job in lane.jobs if job.cancelled])
    assert job.cancelled
    assert not lane.jobs
    cache, cached = prefixes.nearest([*PROMPT, 0, 0])
    assert (cache[0].offset if cache else 0) == cached
    assert min(at, len(PROMPT) - 1) <= cached <= len(PROMPT) + 1
