"""The loop that takes requests in the order of their arrival and has tokens generated for them."""

from __future__ import annotations

import queue
import time
from collections import deque
from typing import Any

from mlx_lm.generate import make_text_state_machine

from caravan_mlx.answer import Answer
from caravan_mlx.errors import Fatal, RequestError, invalid, log_fault
from caravan_mlx.inbox import Arrival
from caravan_mlx.job import Job
from caravan_mlx.lanes import Lane
from caravan_mlx.messages import to_tools
from caravan_mlx.model import Model, out_of_memory
from caravan_mlx.sampling import sampler_of
from caravan_mlx.template import ChatTemplate
from caravan_mlx.wire import Wire

# How long new requests may be prepared before those that have been get their next token.
PREPARING_S = 0.05
FAULTS = 3


class Engine:
    """Runs in the thread that has loaded the model: MLX's streams belong to threads."""

    def __init__(self, model: Model, template: ChatTemplate, lane: Lane, wire: Wire, arrivals: queue.SimpleQueue[Arrival]) -> None:
        self._model = model
        self._template = template
        self._lane = lane
        self._wire = wire
        self._arrivals = arrivals
        self._waiting: deque[Arrival] = deque()
        self._machine = make_text_state_machine(model.tokenizer)
        self._faults = 0
        self.running = 0

    @property
    def waiting(self) -> int:
        """Requests that have been read and are not worked on yet."""
        return len(self._waiting) + self._arrivals.qsize()

    def run(self) -> None:
        """Works until the process ends.

        Raises:
            Fatal: when nothing can be generated any more.
        """
        while True:
            self.turn()

    def turn(self) -> None:
        """What has arrived, then one step."""
        self._receive()
        if gone := [job for job in self._lane.jobs if job.cancelled]:
            self._lane.drop(gone)
        self._admit()
        self.running = len(self._lane.jobs)
        if self.running:
            # What has been admitted is told before its prompt is read, which may take a while.
            self._wire.flush()
            self._step()
        self._wire.flush()

    def _receive(self) -> None:
        """Takes what has arrived; waits for something when there is nothing to do."""
        if not self._waiting and not self._lane.jobs:
            self._waiting.append(self._arrivals.get())
        while True:
            try:
                self._waiting.append(self._arrivals.get_nowait())
            except queue.Empty:
                return

    def _admit(self) -> None:
        until = time.monotonic() + PREPARING_S
        while self._waiting and len(self._lane.jobs) < self._lane.capacity:
            arrival = self._waiting.popleft()
            if not arrival.call.is_open:
                continue
            try:
                self._lane.add(self._prepare(arrival))
            except RequestError as e:
                self._wire.fail(arrival.call, e.kind, e.message)
            except Exception as e:
                log_fault("a request could not be prepared", e)
                self._wire.fail(arrival.call, "api_error", f"the request could not be prepared: {type(e).__name__}")
            if time.monotonic() > until:
                return

    def _prepare(self, arrival: Arrival) -> Job:
        call, request = arrival.call, arrival.request
        prompt = self._template.render(request, stable=not self._model.cuttable)
        limit, reason = self._limit(len(prompt.tokens), request.max_tokens)

        def say(fields: dict[str, Any]) -> None:
            if set(fields) == {"tool_input"}:
                self._wire.piece(call, "tool_input", fields["tool_input"])
            else:
                self._wire.say(call, fields)

        def piece(key: str, text: str) -> None:
            self._wire.piece(call, key, text)

        answer = Answer(request, self._model.tokenizer, self._machine, prompt.state, to_tools(request), piece, say)
        if prompt.continues:
            answer.go_on_from(prompt.tokens[-1])
        sampler = sampler_of(request, self._model.defaults, self._model.vocabulary)
        return Job(call, request, prompt, answer, sampler, limit, reason, self._wire)

    def _limit(self, length: int, wanted: int) -> tuple[int, str]:
        """How many tokens may be written, and what it means to have written them."""
        most = self._model.context_length
        # One token is always generated, and thrown away when none is wanted.
        least = max(1, wanted)
        if most is None or length + least <= most:
            return least, "max_tokens"
        if length >= most:
            raise invalid(f"prompt is too long: {length} tokens > {most} maximum")
        return most - length, "model_context_window_exceeded"

    def _step(self) -> None:
        try:
            if self._lane.step():
                self._faults = 0
        except Exception as e:
            self._faults += 1
            log_fault("a step failed", e)
            short = out_of_memory(e)
            for job in self._lane.reset():
                self._wire.fail(job.call, "api_error", "out of memory" if short else f"generating failed: {type(e).__name__}")
            if self._faults >= FAULTS:
                raise Fatal("out of memory" if short else f"nothing can be generated: {type(e).__name__}") from e
