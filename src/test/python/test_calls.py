"""Calls of tools in the formats of several templates, by mlx-lm's own parsers."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

from caravan_mlx.calls import CallReader, NotACall
from caravan_mlx.errors import RequestError

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": "",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
        },
    }
    for name in ("get_weather", "get_time")
]
PARIS = ("get_weather", {"city": "Paris", "days": 3})
ROME = ("get_time", {"city": 'a "b" } c\\'})

# Format, what stands between its markers, the calls in it, and how many of them are told while they are written.
FORMATS: list[tuple[str, str, list[tuple[str, Any]], int]] = [
    ("json_tools", '\n{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}\n', [PARIS], 1),
    ("json_tools", '{"name": "get_time", "arguments": {"city": "a \\"b\\" } c\\\\"}}', [ROME], 1),
    ("json_tools", '{"name": "get_time", "arguments": {}}', [("get_time", {})], 1),
    ("json_tools", '{"arguments": {"city": "Paris", "days": 3}, "name": "get_weather"}', [PARIS], 0),
    ("json_tools", '{"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\", \\"days\\": 3}"}', [PARIS], 0),
    ("json_tools", '{"name": "get_time"}', [("get_time", {})], 0),
    ("mistral", 'get_weather[ARGS]{"city": "Paris", "days": 3}', [PARIS], 1),
    ("mistral", 'get_weather[ARGS]{"city": "Paris", "days": 3}get_time[ARGS]{"city": "a \\"b\\" } c\\\\"}', [PARIS, ROME], 2),
    ("mistral", '[{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}]', [PARIS], 0),
    (
        "kimi_k2",
        "<|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>"
        '{"city": "Paris", "days": 3}<|tool_call_end|>'
        '<|tool_call_begin|>functions.get_time:1<|tool_call_argument_begin|>{"city": "a \\"b\\" } c\\\\"}<|tool_call_end|>',
        [PARIS, ROME],
        2,
    ),
    (
        "qwen3_coder",
        "\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n",
        [PARIS],
        0,
    ),
    (
        "glm47",
        "get_weather<arg_key>city</arg_key><arg_value>Paris</arg_value><arg_key>days</arg_key><arg_value>3</arg_value>",
        [PARIS],
        0,
    ),
    ("pythonic", '[get_weather(city="Paris", days=3)]', [PARIS], 0),
    ("pythonic", '[get_weather(city="Paris", days=3), get_time(city="a \\"b\\" } c\\\\")]', [PARIS, ROME], 0),
    ("gemma4", 'call:get_weather{city:<|"|>Paris<|"|>,days:3}', [PARIS], 0),
]

REFUSED = [
    ("json_tools", "get_weather in Paris"),
    ("json_tools", '{"city": "Paris"}'),
    ("json_tools", "[1, 2]"),
    ("json_tools", '{"name": "get_weather", "arguments": [1]}'),
    ("json_tools", '{"name": "get_weather", "arguments": "Paris"}'),
    ("json_tools", '{"name": 7, "arguments": {}}'),
    ("json_tools", ""),
    ("mistral", "get_weather"),
    ("kimi_k2", "functions.get_weather:0<|tool_call_argument_begin|>Paris"),
    ("qwen3_coder", "<parameter=city>Paris</parameter>"),
    ("pythonic", "get_weather"),
]


def reader(form: str) -> tuple[CallReader, list[dict[str, Any]]]:
    said: list[dict[str, Any]] = []
    try:
        parser = importlib.import_module(f"mlx_lm.tool_parsers.{form}").parse_tool_call
    except ImportError:
        pytest.skip(f"mlx-lm's parser {form} is not installed")
    return CallReader(parser, TOOLS, said.append), said


def calls_of(said: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    calls: list[list[Any]] = []
    for line in said:
        if "tool_use" in line:
            calls.append([line["tool_use"]["name"], line["tool_use"].get("input", "")])
        else:
            calls[-1][1] += line["tool_input"]
    return [(name, json.loads(given or "{}") if isinstance(given, str) else given) for name, given in calls]


@pytest.mark.parametrize(("form", "written", "calls", "live"), FORMATS)
@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_calls(form: str, written: str, calls: list[tuple[str, Any]], live: int, size: int) -> None:
    read, said = reader(form)
    for i in range(0, len(written), size):
        read.feed(written[i : i + size])
    assert read.told == live
    assert read.close() == len(calls)
    assert calls_of(said) == calls
    ids = [line["tool_use"]["id"] for line in said if "tool_use" in line]
    assert len(set(ids)) == len(calls)


@pytest.mark.parametrize(("form", "written"), REFUSED)
def test_what_is_no_call_is_left_to_be_told_as_text(form: str, written: str) -> None:
    read, said = reader(form)
    read.feed(written)
    with pytest.raises(NotACall):
        read.close()
    assert (said, read.text) == ([], written)


@pytest.mark.parametrize(
    "written",
    [
        '{"name": "get_weather", "arguments": {"city": "Par',
        '{"name": "get_weather", "arguments": {"city": Paris}}',
        '{"name": "get_weather", "arguments": {"city": "Paris"}',
        '{"name": "get_weather", "arguments": {"days": NaN}}',
    ],
)
def test_what_turns_out_to_be_no_call_when_a_part_is_told(written: str) -> None:
    read, said = reader("json_tools")
    read.feed(written)
    assert said[0]["tool_use"]["name"] == "get_weather"
    with pytest.raises(RequestError):
        read.close()
