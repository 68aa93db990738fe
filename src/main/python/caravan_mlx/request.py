"""A ``generate`` line, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from caravan_mlx.errors import invalid

Json = dict[str, Any]


@dataclass(frozen=True)
class Generate:
    """What a client wants. Content is always an array of blocks, as in the exec protocol."""

    system: list[Json]
    messages: list[Json]
    tools: list[Json]
    choice: str
    one_call: bool
    max_tokens: int
    stop_sequences: tuple[str, ...]
    temperature: float | None
    top_p: float | None
    top_k: int | None
    seed: int | None
    thinking: bool
    thinking_budget: int | None
    effort: str | None
    schema: Json | None


def read_generate(line: Json) -> Generate:
    """Reads the fields that are known and leaves the others.

    Raises:
        RequestError: with the path of the field that is wrong and what was expected.
    """
    choice = _object(line, "tool_choice")
    tools = _offered(_objects(line, "tools"), choice)
    thinking = _object(line, "thinking")
    output = _object(line, "output_config")
    form = _object(output, "format", "output_config.format")
    messages = _objects(line, "messages")
    if not messages:
        raise invalid("messages: expected at least one message")
    for i, message in enumerate(messages):
        if message.get("role") not in ("user", "assistant", "system"):
            raise invalid(f"messages.{i}.role: expected user, assistant or system")
        _objects(message, "content", f"messages.{i}.content")
    max_tokens = _integer(line, "max_tokens")
    if max_tokens is None:
        raise invalid("max_tokens: expected an integer from 0 on")
    return Generate(
        system=_objects(line, "system"),
        messages=messages,
        tools=tools,
        choice=choice.get("type", "auto") if tools else "none",
        one_call=choice.get("disable_parallel_tool_use") is True,
        max_tokens=max_tokens,
        stop_sequences=_stop_sequences(line),
        temperature=_number(line, "temperature", 2),
        top_p=_number(line, "top_p", 1),
        top_k=_integer(line, "top_k"),
        seed=_integer(line, "seed"),
        thinking=thinking.get("type") in ("enabled", "adaptive"),
        thinking_budget=_integer(thinking, "budget_tokens", "thinking.budget_tokens"),
        effort=output.get("effort") if isinstance(output.get("effort"), str) else None,
        schema=_object(form, "schema", "output_config.format.schema") if form.get("type") == "json_schema" else None,
    )


def _offered(tools: list[Json], choice: Json) -> list[Json]:
    """The tools that the model is told of: all, none, or the one that it must call."""
    for i, tool in enumerate(tools):
        if not isinstance(tool.get("name"), str):
            raise invalid(f"tools.{i}.name: expected a string")
    kind = choice.get("type", "auto")
    if kind == "none":
        return []
    if kind == "tool":
        named = [tool for tool in tools if tool["name"] == choice.get("name")]
        if not named:
            raise invalid("tool_choice.name: expected the name of one of the tools")
        return named
    if kind not in ("auto", "any"):
        raise invalid("tool_choice.type: expected auto, any, none or tool")
    if kind == "any" and not tools:
        raise invalid("tools: expected at least one tool, as tool_choice asks for a call")
    return tools


def _stop_sequences(line: Json) -> tuple[str, ...]:
    words = line.get("stop_sequences")
    if words is None:
        return ()
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        raise invalid("stop_sequences: expected an array of strings that are not empty")
    return tuple(words)


def _object(parent: Json, key: str, path: str | None = None) -> Json:
    value = parent.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(f"{path or key}: expected an object")
    return value


def _objects(parent: Json, key: str, path: str | None = None) -> list[Json]:
    value = parent.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise invalid(f"{path or key}: expected an array of objects")
    return value


def _integer(parent: Json, key: str, path: str | None = None) -> int | None:
    value = parent.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise invalid(f"{path or key}: expected an integer from 0 on")
    return value


def _number(parent: Json, key: str, most: float) -> float | None:
    value = parent.get(key)
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= most:
        raise invalid(f"{key}: expected a number from 0 to {most}")
    return float(value)
