"""How tokens are generated: many requests at a time with mlx-lm's batch generator, or one after the other where it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Protocol

from mlx_lm import stream_generate
from mlx_lm.generate import BatchGenerator, make_stop_sequences
from mlx_lm.models.cache import make_prompt_cache

from caravan_mlx.errors import RequestError, log_fault
from caravan_mlx.job import Job
from caravan_mlx.model import Model
from caravan_mlx.prefixes import Prefixes

# How long one step of reading prompts may take: while others wait for their next token, and otherwise.
SHARED_STEP_S = 0.2
LONE_STEP_S = 1.0
SMALLEST_STEP = 32
FIRST_STEP = 512


class Lane(Protocol):
    """Works on jobs. For the engine's thread."""

    capacity: int

    @property
    def jobs(self) -> list[Job]:
        """Those that are worked on."""

    def add(self, job: Job) -> None:
        """Takes a job. At most ``capacity`` at a time."""

    def drop(self, jobs: list[Job]) -> None:
        """Stops working on jobs, keeping what has been read of their prompts."""

    def step(self) -> bool:
        """One token for each job that is past its prompt, and a part of the prompts of the others. Whether there was a token."""

    def reset(self) -> list[Job]:
        """Begins anew after a fault and returns the jobs that are lost."""


def guarded(job: Job, token: int, end: str | None) -> bool:
    """Gives a token to a job. A fault in it is that request's alone."""
    try:
        return job.token(token, end)
    except RequestError as e:
        job.wire.fail(job.call, e.kind, e.message)
    except Exception as e:
        log_fault("an answer failed", e)
        job.wire.fail(job.call, "api_error", f"the answer could not be read: {type(e).__name__}")
    return True


class BatchLane:
    """Continuous batching."""

    def __init__(self, model: Model, prefixes: Prefixes, capacity: int, prefill_step: int, prefill_batch: int) -> None:
        self.capacity = capacity
        self._model = model
        self._prefixes = prefixes
        self._largest_step = prefill_step
        self._prefill_batch = min(prefill_batch, capacity)
        self._stops = make_stop_sequences(model.tokenizer)
        self._jobs: dict[int, Job] = {}
        self._uids: dict[Job, int] = {}
        self._ends: dict[Job, list[int]] = {}
        self._generator = self._new_generator()

    def _new_generator(self) -> Any:
        generator = BatchGenerator(
            self._model.model,
            completion_batch_size=self.capacity,
            prefill_batch_size=self._prefill_batch,
            prefill_step_size=self._largest_step,
        )
        # How fast the machine is shows with the first parts of prompts.
        generator.prefill_step_size = min(FIRST_STEP, self._largest_step)
        return generator

    @property
    def jobs(self) -> list[Job]:
        return list(self._jobs.values())

    def add(self, job: Job) -> None:
        tokens = job.prompt.tokens
        cache, cached = self._prefixes.nearest(tokens)
        ends = [end for end in job.prompt.stable if end > cached]
        borders = [cached, *ends, len(tokens)]
        (uid,) = self._generator.insert_segments(
            segments=[[tokens[a:b] for a, b in pairwise(borders)]],
            max_tokens=[job.limit],
            caches=[cache],
            all_tokens=[tokens[:cached]],
            samplers=[job.sampler],
            stop_sequences=[self._stops],
        )
        self._jobs[uid] = job
        self._uids[job] = uid
        if ends:
            self._ends[job] = ends
        job.begin(cached)
        self._prefixes.make_room(self._generator.prompt_cache_nbytes)

    def drop(self, jobs: list[Job]) -> None:
        uids = [self._uids[job] for job in jobs if job in self._uids]
        for tokens_and_cache in self._generator.remove(uids, return_prompt_caches=True).values():
            cache, tokens = tokens_and_cache
            self._prefixes.keep(tokens, cache)
        for uid in uids:
            self._forget(uid)

    def _forget(self, uid: int) -> None:
        job = self._jobs.pop(uid)
        del self._uids[job]
        self._ends.pop(job, None)

    def step(self) -> bool:
        before = time.monotonic()
        prompts, tokens = self._generator.next()
        took = time.monotonic() - before
        longest = 0
        for read in prompts:
            job = self._jobs[read.uid]
            longest = max(longest, read.progress[0] - job.prompt_read)
            job.read(read.progress[0])
            if job.cached + read.progress[0] in self._ends.get(job, ()):
                self._checkpoint(read.uid, job)
        self._adapt(longest, took, SHARED_STEP_S if tokens else LONE_STEP_S)
        complete = []
        for said in tokens:
            job = self._jobs[said.uid]
            if guarded(job, said.token, said.finish_reason) and said.finish_reason is None:
                complete.append(job)
            if said.finish_reason is not None:
                self._prefixes.keep(said.all_tokens, said.prompt_cache)
                self._forget(said.uid)
        if complete:
            self.drop(complete)
        return bool(tokens)

    def _adapt(self, longest: int, took: float, may_take: float) -> None:
        """Makes the next part of a prompt smaller when this one kept the others waiting, larger when there was time left."""
        step = self._generator.prefill_step_size
        if longest > SMALLEST_STEP and took > may_take:
            self._generator.prefill_step_size = max(SMALLEST_STEP, step // 2)
        elif longest >= step and took < may_take / 3:
            self._generator.prefill_step_size = min(self._largest_step, step * 2)

    def _checkpoint(self, uid: int, job: Job) -> None:
        """Keeps what later prompts share, for caches that cannot be cut back to it later."""
        for cache, tokens in self._generator.extract_cache([uid]).values():
            first = len(job.prompt.stable) > 1 and len(tokens) == job.prompt.stable[0]
            self._prefixes.keep(tokens, cache, "system" if first else "user")

    def reset(self) -> list[Job]:
        lost = self.jobs
        self._jobs.clear()
        self._uids.clear()
        self._ends.clear()
        # It may have been memory that was short.
        self._prefixes.clear()
        self._generator.close()
        self._generator = self._new_generator()
        return lost


class SingleLane:
    """One request at a time, for caches that cannot be batched (quantized ones, say)."""

    def __init__(self, model: Model, prefixes: Prefixes, prefill_step: int, cache_options: dict[str, Any]) -> None:
        self.capacity = 1
        self._model = model
        self._prefixes = prefixes
        self._options = {"prefill_step_size": prefill_step, **cache_options}
        self._job: Job | None = None
        self._said: Iterator[Any] = iter(())
        self._cache: Any = None
        self._tokens: list[int] = []

    @property
    def jobs(self) -> list[Job]:
        return [] if self._job is None else [self._job]

    def add(self, job: Job) -> None:
        tokens = job.prompt.tokens
        cache, cached = self._prefixes.nearest(tokens)
        self._job = job
        self._cache = make_prompt_cache(self._model.model) if cache is None else cache
        self._tokens = tokens[:cached]
        self._said = stream_generate(
            self._model.model,
            self._model.tokenizer,
            tokens[cached:],
            max_tokens=job.limit,
            sampler=job.sampler,
            prompt_cache=self._cache,
            prompt_progress_callback=self._progress(job, tokens, cached),
            **self._options,
        )
        job.begin(cached)

    def _progress(self, job: Job, tokens: list[int], cached: int) -> Callable[[int, int], None]:
        def read(done: int, total: int) -> None:
            job.read(done)
            if done == total:
                # mlx-lm has read on behind the prompt by now: what the cache holds is known when it says the first token.
                return
            self._tokens = tokens[: cached + done]
            if job.cancelled:
                raise _Cancelled

        return read

    def drop(self, jobs: list[Job]) -> None:
        if self._job in jobs:
            self._keep()

    def step(self) -> bool:
        job = self._job
        if job is None:
            return False
        try:
            said = next(self._said)
        except _Cancelled:
            self._keep()
            return False
        if job.first_at is None:
            self._tokens = list(job.prompt.tokens)
        self._tokens.append(said.token)
        if guarded(job, said.token, said.finish_reason) or said.finish_reason is not None:
            self._keep()
        return True

    def _keep(self) -> None:
        getattr(self._said, "close", lambda: None)()
        self._prefixes.keep(self._tokens, self._cache)
        self.reset()

    def reset(self) -> list[Job]:
        lost = self.jobs
        self._job, self._said, self._cache, self._tokens = None, iter(()), None, []
        return lost


class _Cancelled(Exception):
    """Leaves mlx-lm's loop over the parts of a prompt."""
