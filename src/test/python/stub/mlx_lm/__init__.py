"""A stand-in for mlx-lm with the surface that the worker uses: a model that says what its last message asks it to say.

A token is a byte. ``say: X`` is answered with X, ``slowly: X`` with 20 ms before each byte, ``read: X`` after two seconds of reading,
``fault`` with an exception while a step is being made. Any other message is answered with "ok".
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from .models.cache import KVCache

__version__ = "stub"

EOS = 256
START, END = "<|im_start|>", "<|im_end|>"


class Detokenizer:
    def __init__(self) -> None:
        self._bytes = b""
        self.last_segment = ""

    def add_token(self, token: int) -> None:
        self._bytes += bytes([token])
        try:
            self.last_segment, self._bytes = self._bytes.decode(), b""
        except UnicodeDecodeError:
            self.last_segment = ""

    def finalize(self) -> None:
        self.last_segment, self._bytes = self._bytes.decode("utf-8", "replace"), b""


class Tokenizer:
    """Bytes as tokens, and a template in Python."""

    has_chat_template = True
    has_thinking = True
    has_tool_calling = True
    think_start, think_end = "<think>", "</think>"
    tool_call_start, tool_call_end = "<tool_call>", "</tool_call>"
    think_start_tokens = tuple(b"<think>")
    tool_call_start_tokens = tuple(b"<tool_call>")
    response_initial_state = None
    chat_template = "reasoning_content <tool_call> tool_call.name"
    eos_token_ids = {EOS}
    model_max_length = 10_000

    def __init__(self) -> None:
        from .tool_parsers.json_tools import parse_tool_call

        self.tool_parser = parse_tool_call

    def __len__(self) -> int:
        return 257

    @property
    def detokenizer(self) -> Detokenizer:
        return Detokenizer()

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def decode(self, tokens: list[int]) -> str:
        return bytes(tokens).decode("utf-8", "replace")

    def rfind_think_start(self, tokens: list[int], start: int = 0) -> int:
        at = bytes(tokens[max(start, 0) :]).rfind(b"<think>")
        return -1 if at < 0 else at + max(start, 0)

    def apply_chat_template(
        self,
        messages: list[dict[str, Any]],
        tools: Any = None,
        tokenize: bool = True,
        add_generation_prompt: bool = False,
        continue_final_message: bool = False,
        enable_thinking: bool = True,
    ) -> Any:
        import json

        import jinja2

        out = f"{START}tools {json.dumps(tools)}{END}" if tools else ""
        for message in messages:
            if message["content"] == "break the template":
                raise jinja2.TemplateError("this template takes no such message")
            calls = "".join(json.dumps(call["function"]) for call in message.get("tool_calls", ()))
            out += f"{START}{message['role']}\n{message['content']}{calls}{END}\n"
        if continue_final_message:
            out = out[: out.rindex(END)]
        if add_generation_prompt:
            out += f"{START}assistant\n" + ("<think>" if enable_thinking else "")
        return self.encode(out) if tokenize else out


class Model:
    def reply(self, prompt: bytes) -> tuple[bytes, float]:
        """What is said to a prompt, and how long a byte of it takes."""
        role, _, last = prompt.decode("utf-8", "replace").rpartition("user\n")[2].partition(END)[0].partition(": ")
        if role == "fault":
            raise RuntimeError("the prompt was: " + last)
        if role == "read":
            time.sleep(2)
        return (last if role in ("say", "slowly", "read") else "ok").encode(), 0.02 if role == "slowly" else 0.0


def load(path: str, **options: Any) -> tuple[Model, Tokenizer, dict[str, Any]]:
    print("printed by a library")
    os.write(1, b"written by a library\n")
    return Model(), Tokenizer(), {"max_position_embeddings": 10_000}


class _Said:
    def __init__(self, token: int, finish_reason: str | None) -> None:
        self.token, self.finish_reason = token, finish_reason


def stream_generate(model: Model, tokenizer: Tokenizer, prompt: list[int], max_tokens: int = 256, **options: Any) -> Iterator[_Said]:
    cache: list[KVCache] = options.get("prompt_cache") or [KVCache()]
    cache[0].tokens += prompt
    options.get("prompt_progress_callback", lambda done, total: None)(len(prompt), len(prompt))
    reply, pause = model.reply(bytes(t for t in cache[0].tokens if t < EOS))
    for i, token in enumerate([*reply, EOS][:max_tokens], 1):
        time.sleep(pause)
        cache[0].tokens.append(token)
        yield _Said(token, "stop" if token == EOS else "length" if i == max_tokens else None)
