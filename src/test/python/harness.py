"""Runs the worker as a process and talks to it as a gateway does."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "src/main/python"
STUB = Path(__file__).resolve().parent / "stub"
PATIENCE_S = 60.0

Line = dict[str, Any]


def text(words: str) -> list[Line]:
    return [{"type": "text", "text": words}]


def user(words: str) -> Line:
    return {"role": "user", "content": text(words)}


def assistant(words: str) -> Line:
    return {"role": "assistant", "content": text(words)}


def generate(id: str, *messages: Line | str, **fields: Any) -> Line:
    """A request line; a message that is a string is the user's."""
    said = [user(message) if isinstance(message, str) else message for message in messages]
    return {"type": "generate", "id": id, "model": "m", "messages": said, "max_tokens": 200, "temperature": 0, "stream": True, **fields}


class Answered:
    """The lines of one request and what they come to."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines

    def joined(self, key: str) -> str:
        return "".join(line[key] for line in self.lines if key in line)

    @property
    def text(self) -> str:
        return self.joined("text")

    @property
    def last(self) -> Line:
        return self.lines[-1]

    @property
    def done(self) -> Line:
        assert "done" in self.last, self.last
        return dict(self.last["done"])

    @property
    def error(self) -> Line:
        assert "error" in self.last, self.last
        return dict(self.last["error"])

    @property
    def usage(self) -> Line:
        return dict([line["usage"] for line in self.lines if "usage" in line][-1])

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """Calls as (name, input), whether they came whole or in pieces."""
        calls: list[list[Any]] = []
        for line in self.lines:
            if "tool_use" in line:
                calls.append([line["tool_use"]["name"], line["tool_use"].get("input", "")])
            elif "tool_input" in line:
                calls[-1][1] += line["tool_input"]
        return [(name, json.loads(given or "{}") if isinstance(given, str) else given) for name, given in calls]

    @property
    def keys(self) -> list[str]:
        """What the lines say, in order, without repetitions."""
        keys = [key for line in self.lines for key in line if key not in ("id", "timings")]
        return [key for i, key in enumerate(keys) if i == 0 or keys[i - 1] != key]


class Worker:
    """A worker process. Collects its lines as they come."""

    def __init__(self, model: Path | str, *options: str, stub: bool = False, libraries: Path | None = None, **popen: Any) -> None:
        path = [str(SOURCES)] + ([str(STUB)] if stub else []) + ([str(libraries)] if libraries else [])
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(path), "HF_HUB_OFFLINE": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "caravan_mlx", "--model", str(model), *options],
            stdin=popen.pop("stdin", subprocess.PIPE),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            **popen,
        )
        self.lines: list[Line] = []
        self.times: list[float] = []
        self._sent: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self.stderr = ""
        self._changed = threading.Condition()
        self._ended = False
        self.listening = threading.Event()
        self.listening.set()
        self._threads = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_errors)]
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        assert self.process.stdout
        for raw in self.process.stdout:
            self.listening.wait()
            if not raw.endswith(b"\n"):
                # The worker was ended while it wrote.
                break
            line = json.loads(raw.decode("utf-8"))
            with self._changed:
                self.times.append(time.monotonic())
                self.lines.append(line)
                if line.keys() & {"done", "error", "cancelled"} and "id" in line:
                    self._last[line["id"]] = len(self.lines) - 1
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _read_errors(self) -> None:
        assert self.process.stderr
        for raw in self.process.stderr:
            self.stderr += raw.decode("utf-8", "replace")

    def raw(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, *lines: Line) -> None:
        with self._changed:
            self._sent.update({line["id"]: len(self.lines) for line in lines if line["type"] == "generate" or line["id"] not in self._sent})
        self.raw(b"".join(json.dumps(line).encode() + b"\n" for line in lines))

    def wait(self, what: Callable[[list[Line]], Any]) -> Any:
        """Waits until ``what`` finds something in the lines."""
        until = time.monotonic() + PATIENCE_S
        with self._changed:
            while True:
                found = what(self.lines)
                if found:
                    return found
                left = until - time.monotonic()
                assert left > 0 and not self._ended, f"not said; last lines: {self.lines[-5:]}\n{self.stderr[-3000:]}"
                self._changed.wait(left)

    def ready(self) -> Line:
        return dict(self.wait(lambda lines: [line["ready"] for line in lines if "ready" in line])[0])

    def said(self, id: str, key: str) -> Line:
        """Waits for a line of a request with a certain key."""
        return dict(self.wait(lambda lines: [line for line in lines if line.get("id") == id and key in line])[0])

    def answer(self, id: str) -> Answered:
        """Waits for the last line of a request: the one that was sent last with that id."""
        first = self._sent[id]
        self.wait(lambda lines: self._last.get(id, -1) >= first)
        return Answered([line for line in self.lines[first:] if line.get("id") == id])

    def ask(self, id: str, *messages: Line | str, **fields: Any) -> Answered:
        self.send(generate(id, *messages, **fields))
        return self.answer(id)

    def forget(self) -> None:
        """Lets go of the lines, when all requests have been answered."""
        with self._changed:
            self.lines.clear()
            self.times.clear()
            self._sent.clear()
            self._last.clear()

    def exit_code(self, within: float = 20.0) -> int:
        return self.process.wait(within)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.listening.set()
        for thread in self._threads:
            thread.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
