"""Tokens -> lines: text, thinking, calls of tools, and why it ended."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlx_lm.generate import TextStateMachine

from caravan_mlx.calls import CallReader, NotACall
from caravan_mlx.request import Generate

Json = dict[str, Any]

# What a client sends back with the thought. The model needs no proof of it.
SIGNATURE = "mlx"


@dataclass(frozen=True)
class Done:
    """Why an answer ended."""

    reason: str
    stop_sequence: str | None = None

    def line(self) -> Json:
        said: Json = {"stop_reason": self.reason}
        if self.stop_sequence is not None:
            said["stop_sequence"] = self.stop_sequence
        return said


@functools.lru_cache(maxsize=128)
def _stop_machine(words: tuple[str, ...]) -> TextStateMachine:
    """mlx-lm's text matcher over stop sequences: each leads to a state of its own, which is how the matched one is known."""
    states: dict[str, list[tuple[str, str]]] = {str(i): [] for i in range(len(words))}
    return TextStateMachine({"normal": [(word, str(i)) for i, word in enumerate(words)], **states})


class Answer:
    """The answer to one request as it is being written.

    The model's text goes through two of mlx-lm's state machines: the first takes the template's markers out and tells thoughts and
    calls from words, the second looks for stop sequences in the words. Both hold back what may be the beginning of a match.
    """

    def __init__(
        self,
        request: Generate,
        tokenizer: Any,
        machine: TextStateMachine,
        state: str,
        tools: list[Json] | None,
        piece: Callable[[str, str], None],
        say: Callable[[Json], None],
    ) -> None:
        self._request = request
        self._tokenizer = tokenizer
        self._detokenizer = tokenizer.detokenizer
        self._machine_state = machine.make_state(state)
        self._stops = _stop_machine(request.stop_sequences) if request.stop_sequences else None
        self._stop_state = self._stops.make_state() if self._stops else None
        self._tools = tools
        self._piece = piece
        self._say = say
        self._state = "normal"
        self._calls = 0
        self._reader: CallReader | None = None
        self._thought = False
        # Template text around markers: line ends that are no part of what is said.
        self._at_start = False
        self._stopped: Done | None = None
        self._enter(state, opened_by_model=False)

    def go_on_from(self, token: int) -> None:
        """The prompt's last token, when the answer goes on from the assistant's words: a first space then counts."""
        self._detokenizer.add_token(token)
        _ = self._detokenizer.last_segment

    def push(self, token: int) -> Done | None:
        """The next token. Returns why the answer ends with it, if it does."""
        self._detokenizer.add_token(token)
        if text := self._detokenizer.last_segment:
            self._take(text)
        return self._stopped

    def finish(self, reason: str) -> Done:
        """The model has come to its end (``stop``) or to the limit (anything else, which is then the stop reason)."""
        self._detokenizer.finalize()
        # A character of which the last bytes are missing.
        if text := self._detokenizer.last_segment.rstrip("\ufffd"):
            self._take(text)
        self._machine_state, rest, state = TextStateMachine.flush(self._machine_state)
        if rest and self._stopped is None:
            self._said(state, rest)
        self._enter("end", opened_by_model=False, cut=reason != "stop")
        if self._stopped is not None:
            return self._stopped
        if reason != "stop":
            return Done(reason)
        return Done("tool_use" if self._calls else "end_turn")

    def _take(self, text: str) -> None:
        self._machine_state, parts = TextStateMachine.split(self._machine_state, text)
        for state, part in parts:
            if self._stopped is not None:
                return
            if state != self._state:
                self._enter(state)
            if part and self._stopped is None:
                self._said(state, part)

    def _enter(self, state: str, opened_by_model: bool = True, cut: bool = False) -> None:
        """Leaves one kind of text for another."""
        left, self._state = self._state, state
        if left == state:
            return
        if left == "normal":
            self._release_stops()
        elif left == "reasoning":
            self._end_thought()
        elif left == "tool":
            self._end_calls(cut, closed=state == "normal")
        # Markers that are told as text are surrounded by text.
        self._at_start = state == "reasoning" or (state == "normal" and not (left == "tool" and self._tools is None))
        if state == "tool" and self._stopped is None:
            if self._tools is not None:
                self._reader = CallReader(self._tokenizer.tool_parser, self._tools, self._say)
            elif opened_by_model:
                self._words(self._tokenizer.tool_call_start)

    def _said(self, state: str, text: str) -> None:
        if self._at_start:
            text = text.lstrip()
            if not text:
                return
            self._at_start = False
        if state == "reasoning":
            if self._request.thinking:
                self._thought = True
                self._piece("thinking", text)
        elif state == "tool":
            if self._reader is not None:
                self._reader.feed(text)
            else:
                self._words(text)
        elif state == "normal":
            self._words(text)

    def _words(self, text: str) -> None:
        if self._stop_state is None:
            self._piece("text", text)
            return
        self._stop_state, parts = TextStateMachine.split(self._stop_state, text)
        for state, part in parts:
            if state == "normal":
                if part:
                    self._piece("text", part)
            else:
                self._stopped = Done("stop_sequence", self._request.stop_sequences[int(state)])
                return

    def _release_stops(self) -> None:
        if self._stop_state is not None and self._stopped is None:
            self._stop_state, rest, _ = TextStateMachine.flush(self._stop_state)
            if rest:
                self._piece("text", rest)

    def _end_thought(self) -> None:
        if self._thought:
            self._thought = False
            self._say({"signature": SIGNATURE})

    def _end_calls(self, cut: bool, closed: bool) -> None:
        reader, self._reader = self._reader, None
        if reader is None:
            if closed and self._tools is None and self._tokenizer.tool_call_end:
                self._words(self._tokenizer.tool_call_end)
            return
        try:
            self._calls += reader.close()
        except NotACall:
            # Nothing the model says is kept from the client: it gets what was no call as it was written.
            end = self._tokenizer.tool_call_end if closed else ""
            self._words(f"{self._tokenizer.tool_call_start}{reader.text}{end}")
            self._release_stops()
        except Exception:
            if not cut:
                raise
            # The limit came in the middle of the arguments, and the stop reason says so.
            self._calls += reader.told
        if self._request.one_call and self._calls and self._stopped is None:
            self._stopped = Done("tool_use")
