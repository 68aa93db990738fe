"""Lines out: the one place that writes to standard output.

Three threads speak: the engine (the answers), the reader (pongs, cancellations, refusals) and the watch (progress). Each appends
whole lines to one buffer; what is in it is written in one go. A line of a request that has ended is not written any more, so
nothing follows a last line, whoever was about to speak.
"""

from __future__ import annotations

import json
import os
import threading
import time
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Call:
    """A request from its line to its last line."""

    __slots__ = ("id", "is_open", "lead", "progress", "read_at", "said_at")

    def __init__(self, id: str, read_at: float) -> None:
        self.id = id
        self.lead = '{"id":' + quoted(id)
        self.read_at = read_at
        self.said_at = read_at
        self.is_open = True
        # What the watch says of the request when nothing else has been said of it for a while.
        self.progress: dict[str, Any] = {"stage": "waiting"}


class Wire:
    """Standard output as lines. Thread-safe."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._state = threading.Lock()
        self._writing = threading.Lock()
        self._lines: list[str] = []
        self._held: list[str] | None = []
        self._calls: dict[str, Call] = {}

    # Lines without an id

    def loading(self, message: str) -> None:
        """Says how far the model's loading is. Ignored once the worker is ready."""
        with self._state:
            if self._held is not None:
                self._lines.append(_encode({"progress": {"stage": "loading", "message": message}}) + "\n")

    def ready(self, facts: dict[str, Any]) -> None:
        """Says that requests are answered from now on. What had to be said with an id before comes behind it."""
        with self._state:
            self._lines.append(_encode({"ready": facts}) + "\n")
            self._lines += self._held or []
            self._held = None
        self.flush()

    def fatal(self, kind: str, message: str) -> None:
        """The last line of all: the process ends behind it."""
        with self._state:
            self._lines.append(_encode({"error": {"type": kind, "message": message}}) + "\n")
        self.flush()

    # Requests

    def open(self, id: str) -> Call | None:
        """Begins a request; None when one of that id has not ended yet."""
        with self._state:
            if id in self._calls:
                return None
            call = self._calls[id] = Call(id, time.monotonic())
            return call

    def cancel(self, id: str) -> bool:
        """Ends a request with ``cancelled``; False when there is none of that id. The engine finds it closed and drops it."""
        with self._state:
            call = self._calls.get(id)
            if call is None:
                return False
            self._close(call, '"cancelled":true')
            return True

    def answer(self, id: str, fields: dict[str, Any]) -> None:
        """A line with an id that is no request's, such as a pong."""
        with self._state:
            self._append(_encode({"id": id, **fields}) + "\n")

    def piece(self, call: Call, key: str, text: str) -> None:
        """The most frequent line: a piece of text, thinking or a tool's input."""
        with self._state:
            if call.is_open:
                self._append(f'{call.lead},"{key}":{quoted(text)}}}\n')
                call.said_at = time.monotonic()

    def say(self, call: Call, fields: dict[str, Any]) -> None:
        """Any other line of a request but its last."""
        with self._state:
            if call.is_open:
                self._append(f"{call.lead},{_encode(fields)[1:]}\n")
                call.said_at = time.monotonic()

    def end(self, call: Call, fields: dict[str, Any]) -> None:
        """The last line of a request, unless it has had it already."""
        with self._state:
            if call.is_open:
                self._close(call, _encode(fields)[1:-1])

    def fail(self, call: Call, kind: str, message: str) -> None:
        """Ends a request with an error."""
        self.end(call, {"error": {"type": kind, "message": message}})

    def report_silent(self, after: float) -> None:
        """Says of each request how far it is if nothing has been said of it for ``after`` seconds."""
        now = time.monotonic()
        with self._state:
            for call in self._calls.values():
                if now - call.said_at >= after:
                    call.said_at = now
                    self._append(f'{call.lead},"progress":{_encode(call.progress)}}}\n')

    def _close(self, call: Call, fields: str) -> None:
        call.is_open = False
        del self._calls[call.id]
        self._append(f"{call.lead},{fields}}}\n")

    def _append(self, line: str) -> None:
        (self._lines if self._held is None else self._held).append(line)

    # Writing

    def flush(self) -> None:
        """Writes what has been said. Blocks while the reader at the other end does not read; ends the process when it has gone."""
        if not self._lines:
            return
        with self._writing:
            with self._state:
                lines, self._lines = self._lines, []
            if lines:
                self._write("".join(lines).encode("ascii"))

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError:
            os._exit(1)
