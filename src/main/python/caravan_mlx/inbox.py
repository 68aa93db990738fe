"""Lines in: the thread that reads standard input, and the one that keeps watch."""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from caravan_mlx.errors import RequestError, log, log_fault
from caravan_mlx.request import Generate, read_generate
from caravan_mlx.wire import Call, Wire

SILENCE_S = 0.75
TICK_S = 0.2
LOADING_S = 2.0


@dataclass(frozen=True)
class Arrival:
    """A request that has been read and waits for the engine."""

    call: Call
    request: Generate


class Inbox:
    """Reads lines until standard input ends, and then ends the process: whoever asked is gone.

    Only the engine takes requests out. The reader never waits for standard output: what it says itself, the watch writes.
    """

    def __init__(self, wire: Wire, pong: Callable[[], dict[str, Any]]) -> None:
        self.arrivals: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        self.loading = "starting Python"
        self._wire = wire
        self._pong = pong
        self._said = threading.Event()
        self._loaded = False

    def start(self, stdin: BinaryIO) -> None:
        """Starts both threads."""
        threading.Thread(target=self._read, args=(stdin,), name="reader", daemon=True).start()
        threading.Thread(target=self._watch, args=(os.getppid(),), name="watch", daemon=True).start()

    def _read(self, stdin: BinaryIO) -> None:
        try:
            for line in stdin:
                if line.strip():
                    try:
                        self._line(line)
                    except Exception as e:
                        log_fault("a line on standard input could not be taken", e)
        finally:
            # Not sys.exit: the engine may be in the middle of a step, and libraries may hold threads.
            os._exit(0)

    def _line(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            log(f"a line of {len(line)} bytes on standard input is not a JSON object; ignored")
            return
        id = said.get("id")
        if not isinstance(id, str):
            log(f"a line of {len(line)} bytes on standard input has no id; ignored")
            return
        kind = said.get("type")
        if kind == "generate":
            self._generate(id, said)
        elif kind == "cancel":
            self._wire.cancel(id)
        elif kind == "ping":
            self._wire.answer(id, {"pong": self._pong()})
        else:
            self._refuse(id, "type: expected generate, cancel or ping")
        self._said.set()

    def _generate(self, id: str, said: dict[str, Any]) -> None:
        call = self._wire.open(id)
        if call is None:
            # An error line would end the request that has this id.
            log("a request came with the id of one that has not ended; ignored")
            return
        try:
            self.arrivals.put(Arrival(call, read_generate(said)))
        except RequestError as e:
            self._wire.fail(call, e.kind, e.message)

    def _refuse(self, id: str, message: str) -> None:
        self._wire.answer(id, {"error": {"type": "invalid_request_error", "message": message}})

    def _watch(self, parent: int) -> None:
        told = 0.0
        while True:
            self._said.wait(TICK_S)
            self._said.clear()
            if os.getppid() != parent:
                os._exit(0)
            if not self._loaded:
                if time.monotonic() - told >= LOADING_S:
                    told = time.monotonic()
                    self._wire.loading(self.loading)
            else:
                self._wire.report_silent(SILENCE_S)
            self._wire.flush()

    def loaded(self) -> None:
        """From here on silence is broken by what each request does, not by how far the loading is."""
        self._loaded = True
