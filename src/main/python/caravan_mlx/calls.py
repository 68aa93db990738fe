"""Calls of tools: from what the model writes between a template's markers to ``tool_use`` lines.

mlx-lm's parser of the template's format is the judge of what a call is. Where the format writes the arguments as JSON behind the
name, they are told while they are being written; the parser is asked at the end all the same.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from caravan_mlx.errors import RequestError

Json = dict[str, Any]
Say = Callable[[Json], None]

# By parser: what stands before the arguments of a call, up to their first brace. Group 1 is the name.
_HEADS = {
    "json_tools": re.compile(r'\s*\{\s*"name"\s*:\s*"([^"\\]+)"\s*,\s*"arguments"\s*:\s*(?=\{)'),
    "mistral": re.compile(r"\s*([\w-]+)\s*\[ARGS\]\s*(?=\{)"),
    "kimi_k2": re.compile(
        r"\s*(?:<\|tool_call_end\|>)?\s*(?:<\|tool_call_begin\|>)?\s*(?:functions\.)?([^\s<:]+):\d+\s*"
        r"<\|tool_call_argument_begin\|>\s*(?=\{)"
    ),
}
_LONGEST_HEAD = 2_000


class NotACall(Exception):
    """What stood between the markers is no call."""


@dataclass(frozen=True)
class ToolCall:
    name: str
    arguments: Json


class CallReader:
    """Reads what stands between one pair of markers. Says the calls in it, in pieces where it can."""

    def __init__(self, parser: Callable[[str, Any], Any], tools: list[Json] | None, say: Say) -> None:
        self._parser = parser
        self._head = _HEADS.get(getattr(parser, "__module__", "").rpartition(".")[2])
        self._tools = tools
        self._say = say
        self._text: list[str] = []
        self._unread = ""
        self._told: list[tuple[str, list[str]]] = []
        self._arguments: _JsonEnd | None = None

    def feed(self, text: str) -> None:
        """The next piece of what the model writes."""
        self._text.append(text)
        if self._head is not None:
            self._unread += text
            while self._unread and self._step(self._head):
                pass

    def _step(self, head: re.Pattern[str]) -> bool:
        if self._arguments is None:
            match = head.match(self._unread)
            if match is None:
                if len(self._unread) > _LONGEST_HEAD:
                    self._head = None
                return False
            self._unread = self._unread[match.end() :]
            self._arguments = _JsonEnd()
            self._told.append((match[1], []))
            self._say({"tool_use": {"id": _new_id(), "name": match[1]}})
            return True
        end = self._arguments.find(self._unread)
        piece, self._unread = self._unread[:end], self._unread[end:]
        self._told[-1][1].append(piece)
        self._say({"tool_input": piece})
        if self._arguments.ended:
            self._arguments = None
        return True

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def told(self) -> int:
        """How many calls have been begun."""
        return len(self._told)

    def close(self) -> int:
        """Ends the calls and returns how many there were.

        Raises:
            NotACall: the parser refused it and nothing of it has been told, so it can be told as text.
            RequestError: the parser refused it after a part had been told.
        """
        try:
            calls = _judged(self._parser(self.text, self._tools))
            if self._told and [(name, json.loads("".join(pieces))) for name, pieces in self._told] != [
                (call.name, call.arguments) for call in calls[: len(self._told)]
            ]:
                raise NotACall
        except Exception as e:
            # Parsers raise whatever their format trips over.
            if self._told:
                raise RequestError("api_error", "the model wrote a call of a tool that cannot be read") from e
            raise NotACall from e
        for call in calls[len(self._told) :]:
            self._say({"tool_use": {"id": _new_id(), "name": call.name, "input": call.arguments}})
        return len(calls)


def _judged(parsed: Any) -> list[ToolCall]:
    calls = [_call(item) for item in (parsed if isinstance(parsed, list) else [parsed])]
    if not calls:
        raise NotACall
    return calls


def _call(parsed: Any) -> ToolCall:
    if not isinstance(parsed, dict) or not isinstance(parsed.get("name"), str) or not parsed["name"]:
        raise NotACall
    arguments = parsed.get("arguments")
    if isinstance(arguments, str):
        arguments = json.loads(arguments)
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        raise NotACall
    # Python reads and writes NaN, which is not JSON.
    json.dumps(arguments, allow_nan=False)
    return ToolCall(parsed["name"], arguments)


def _new_id() -> str:
    return "toolu_" + uuid.uuid4().hex[:24]


class _JsonEnd:
    """Finds where an object that comes in pieces ends."""

    def __init__(self) -> None:
        self.ended = False
        self._depth = 0
        self._in_string = False
        self._escaped = False

    def find(self, text: str) -> int:
        """How many characters of ``text`` belong to the object."""
        for i, c in enumerate(text):
            if self._escaped:
                self._escaped = False
            elif self._in_string:
                self._escaped = c == "\\"
                self._in_string = c != '"'
            elif c == '"':
                self._in_string = True
            elif c in "{[":
                self._depth += 1
            elif c in "}]":
                self._depth -= 1
                if self._depth == 0:
                    self.ended = True
                    return i + 1
        return len(text)
