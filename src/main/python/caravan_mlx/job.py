"""One request while the engine works on it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from caravan_mlx.answer import Answer, Done
from caravan_mlx.request import Generate
from caravan_mlx.sampling import Sampler
from caravan_mlx.template import Prompt
from caravan_mlx.wire import Call, Wire


@dataclass(eq=False)
class Job:
    """Counts and times a request, and writes its last line."""

    call: Call
    request: Generate
    prompt: Prompt
    answer: Answer
    sampler: Sampler
    limit: int
    limit_reason: str
    wire: Wire
    cached: int = 0
    prompt_read: int = 0
    written: int = 0
    started_at: float = field(default_factory=time.monotonic)
    first_at: float | None = None

    @property
    def cancelled(self) -> bool:
        return not self.call.is_open

    @property
    def warms_only(self) -> bool:
        """``max_tokens`` 0: the prompt is read into the cache and nothing is written."""
        return self.request.max_tokens == 0

    def begin(self, cached: int) -> None:
        """Reading the prompt begins; ``cached`` tokens of it need not be read."""
        self.cached = cached
        self.started_at = time.monotonic()
        self.wire.say(self.call, {"usage": self._usage()})
        self.read(0)

    def read(self, tokens: int) -> None:
        """That many tokens of the prompt have been read."""
        self.prompt_read = tokens
        self.call.progress = {"stage": "prefill", "done": tokens, "total": len(self.prompt.tokens) - self.cached}

    def token(self, token: int, end: str | None) -> bool:
        """A token has been generated; ``end`` is why the generator stops with it. Returns whether the answer is complete."""
        if self.first_at is None:
            self.first_at = time.monotonic()
            self.call.progress = {"stage": "generation"}
        if self.warms_only:
            self._end(Done("max_tokens"))
            return True
        self.written += 1
        done = None if end == "stop" else self.answer.push(token)
        if done is None and end is not None:
            done = self.answer.finish("stop" if end == "stop" else self.limit_reason)
        if done is not None:
            self._end(done)
        return done is not None

    def _end(self, done: Done) -> None:
        now = time.monotonic()
        first = self.first_at or now
        timings = {
            "queue_ms": _ms(self.started_at - self.call.read_at),
            "prefill_ms": _ms(first - self.started_at),
            "generation_ms": _ms(now - first),
        }
        self.wire.end(self.call, {"usage": self._usage(), "timings": timings, "done": done.line()})

    def _usage(self) -> dict[str, Any]:
        return {
            "input_tokens": len(self.prompt.tokens) - self.cached,
            "cache_read_input_tokens": self.cached,
            "output_tokens": self.written,
        }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
