"""Messages API content -> the messages that chat templates are written for.

Templates follow the form of OpenAI's chat completions: content is a string, calls of tools stand in ``tool_calls``, each result is a
message of the role ``tool``. Everything here is plain data; which form a particular template wants is told by :class:`Form`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal

from caravan_mlx.errors import invalid
from caravan_mlx.request import Generate

Json = dict[str, Any]

PARAGRAPH = "\n\n"
ERROR_MARK = "[tool_error] "


@dataclass(frozen=True)
class Form:
    """What a template takes. Found out by trying it, see :mod:`caravan_mlx.template`."""

    system: bool = True
    system_later: bool = True
    user_after_result: bool = True
    arguments: Literal["object", "text"] = "object"
    reasoning: str = "reasoning_content"
    ids: Literal["any", "nine", "kimi"] = "any"


def to_template(request: Generate, form: Form) -> list[Json]:
    """The conversation for a template of that form.

    Raises:
        RequestError: when it holds a block that a text model cannot do without, such as an image; names the block.
    """
    return _Conversation(form).read(request)


def to_tools(request: Generate) -> list[Json] | None:
    """The tools for a template, or None when none are offered."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool["name"],
                "description": tool.get("description") or "",
                "parameters": tool.get("input_schema") or {"type": "object", "properties": {}},
            },
        }
        for tool in request.tools
    ] or None


class _Conversation:
    def __init__(self, form: Form) -> None:
        self._form = form
        self._out: list[Json] = []
        self._names: dict[str, str] = {}
        self._ids: dict[str, str] = {}

    def read(self, request: Generate) -> list[Json]:
        system = [_text(block, f"system.{i}") for i, block in enumerate(request.system)]
        if request.schema is not None:
            system.append("Answer with JSON that matches this JSON Schema, and nothing else:\n" + json.dumps(request.schema))
        self._system(PARAGRAPH.join(filter(None, system)))
        for i, message in enumerate(request.messages):
            blocks = message.get("content") or []
            if message["role"] == "assistant":
                self._assistant(blocks, f"messages.{i}.content")
            elif message["role"] == "user":
                self._user(blocks, f"messages.{i}.content")
            else:
                self._system(PARAGRAPH.join(_texts(blocks, f"messages.{i}.content")))
        return self._out

    def _system(self, text: str) -> None:
        if not text:
            return
        if self._form.system and (self._form.system_later or not self._out):
            self._out.append({"role": "system", "content": text})
        else:
            # The template has no place for it. The user's words are what models heed next.
            self._said("user", text)

    def _user(self, blocks: list[Json], path: str) -> None:
        for i, block in enumerate(blocks):
            if block.get("type") == "tool_result":
                self._result(block, f"{path}.{i}")
            elif text := _text(block, f"{path}.{i}"):
                self._said("user", text)

    def _said(self, role: str, text: str) -> None:
        """Most templates want user and assistant to take turns, so what follows on the same role joins it."""
        last = self._out[-1]["role"] if self._out else ""
        if last == role or (last == "tool" and not self._form.user_after_result):
            self._out[-1]["content"] += PARAGRAPH + text
        else:
            self._out.append({"role": role, "content": text})

    def _result(self, block: Json, path: str) -> None:
        id = str(block.get("tool_use_id") or "")
        text = PARAGRAPH.join(_texts(block.get("content") or [], f"{path}.content"))
        self._out.append(
            {
                "role": "tool",
                "tool_call_id": self._ids.get(id, id),
                "name": self._names.get(id, ""),
                "content": (ERROR_MARK if block.get("is_error") is True else "") + text,
            }
        )

    def _assistant(self, blocks: list[Json], path: str) -> None:
        words: list[str] = []
        thoughts: list[str] = []
        calls: list[Json] = []
        for i, block in enumerate(blocks):
            kind = block.get("type")
            if kind == "thinking":
                thoughts.append(str(block.get("thinking") or ""))
            elif kind == "tool_use":
                calls.append(self._call(block, f"{path}.{i}"))
            else:
                words.append(_text(block, f"{path}.{i}"))
        # Blocks are how the stream was cut; joined without anything between they are what the model wrote.
        message: Json = {"role": "assistant", "content": "".join(words)}
        if any(thoughts):
            message[self._form.reasoning] = "".join(thoughts)
        if calls:
            message["tool_calls"] = calls
        last = self._out[-1] if self._out else {}
        if last.get("role") == "assistant" and "tool_calls" not in last:
            message["content"] = last["content"] + message["content"]
            self._out[-1] = {**last, **message}
        else:
            self._out.append(message)

    def _call(self, block: Json, path: str) -> Json:
        id, name, arguments = block.get("id"), block.get("name"), block.get("input")
        if not isinstance(name, str) or not isinstance(arguments, dict):
            raise invalid(f"{path}: expected a name and an input that is an object")
        id = str(id or "")
        self._names[id] = name
        self._ids[id] = self._template_id(id, name)
        return {
            "id": self._ids[id],
            "type": "function",
            "function": {
                "name": name,
                "arguments": arguments if self._form.arguments == "object" else json.dumps(arguments, ensure_ascii=False),
            },
        }

    def _template_id(self, id: str, name: str) -> str:
        if self._form.ids == "nine":
            return hashlib.sha256(id.encode()).hexdigest()[:9]
        if self._form.ids == "kimi":
            return f"functions.{name}:{len(self._ids)}"
        return id


def _texts(blocks: list[Json], path: str) -> list[str]:
    return [text for i, block in enumerate(blocks) if (text := _text(block, f"{path}.{i}"))]


def _text(block: Json, path: str) -> str:
    """The text of a block; nothing for a block that is newer than this worker, as the protocol asks."""
    kind = block.get("type")
    if kind == "text":
        return str(block.get("text") or "")
    if kind == "image":
        raise invalid(f"{path}: the model reads text only, not an image")
    if kind == "document":
        return _document(block, path)
    if kind == "search_result":
        head = f"Search result: {block.get('title') or ''}\nSource: {block.get('source') or ''}"
        return PARAGRAPH.join([head, *_texts(block.get("content") or [], f"{path}.content")])
    if kind == "tool_reference":
        return f"Tool: {block.get('tool_name') or ''}"
    if kind == "container_upload":
        raise invalid(f"{path}: the model reads text only, not an uploaded file")
    return ""


def _document(block: Json, path: str) -> str:
    source = block.get("source") or {}
    if source.get("type") == "text":
        body = [str(source.get("data") or "")]
    elif source.get("type") == "content":
        content = source.get("content") or []
        body = [content] if isinstance(content, str) else _texts(content, f"{path}.source.content")
    else:
        raise invalid(f"{path}: the model reads text only, not a document of {source.get('media_type') or source.get('type')}")
    heads = [f"{label}: {block[key]}" for label, key in (("Document", "title"), ("Context", "context")) if block.get(key)]
    return PARAGRAPH.join(["\n".join(heads), *body] if heads else body)
