"""The model's chat template: what it can do, and a request as the tokens of a prompt."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import Any

import jinja2

from caravan_mlx.errors import RequestError, invalid, log_fault
from caravan_mlx.messages import Form, to_template, to_tools
from caravan_mlx.request import Generate

Json = dict[str, Any]

_PROBE = "caravan-probe"


@dataclass(frozen=True)
class Prompt:
    """A request as tokens.

    ``state`` is where the text state machine begins: ``normal``, ``reasoning`` when the prompt ends in an opened thought, ``tool``
    when it ends in the beginning of a call. ``stable`` are the lengths of those beginnings of the prompt that later prompts of the
    conversation (the last one) or of other conversations (the first) will share, for caches that cannot be cut back.
    """

    tokens: list[int]
    state: str
    continues: bool
    stable: tuple[int, ...]


class ChatTemplate:
    """Renders requests with the tokenizer's template. For one thread."""

    def __init__(self, tokenizer: Any, extra: Json) -> None:
        self._tokenizer = tokenizer
        self._extra = extra
        text = getattr(tokenizer, "chat_template", None)
        self._text = text if isinstance(text, str) else ""
        if not tokenizer.has_chat_template:
            raise ValueError("the model has no chat template, so it cannot be talked to")

    @functools.cached_property
    def form(self) -> Form:
        """The form of messages that the template takes, found out by trying it."""
        text = self._text
        arguments = self._arguments()
        return Form(
            system=self._takes([_system(), _user()]),
            system_later=self._takes([_user("Hello"), _assistant("Hello"), _system(), _user("Hello")]),
            user_after_result=self._takes([_user(), _called(arguments), _result(), _user(_PROBE)]),
            arguments=arguments,
            reasoning="thinking" if "reasoning_content" not in text and "message.thinking" in text else "reasoning_content",
            ids="nine" if "TOOL_CALLS" in text and "length" in text and "9" in text else _kimi(text),
        )

    def _takes(self, messages: list[Json]) -> bool:
        """Whether the template renders these and the probe can be read in what comes out, once."""
        rendered = self._try(messages)
        return rendered is not None and rendered.count(_PROBE) == 1

    def _arguments(self) -> Any:
        """Most templates write ``arguments | tojson`` and want an object; some write a string as it is."""
        rendered = self._try([_user(), _called("object", _PROBE)])
        return "text" if rendered is None or f"'probe': '{_PROBE}'" in rendered else "object"

    def _try(self, messages: list[Json]) -> str | None:
        try:
            return str(self._tokenizer.apply_chat_template(messages, tokenize=False, **self._extra))
        except Exception:
            return None

    def render(self, request: Generate, stable: bool) -> Prompt:
        """The prompt of a request.

        Args:
            stable: whether to find out which beginnings of the prompt are shared; it costs another rendering.

        Raises:
            RequestError: when the request holds what a text model cannot take, or the template fails.
        """
        messages = to_template(request, self.form)
        if not messages:
            raise invalid("messages: expected some text")
        tools = to_tools(request)
        if tools and not self._tokenizer.has_tool_calling:
            raise invalid("tools: the model's chat template has no tools")
        forced = request.choice in ("any", "tool")
        continues = messages[-1]["role"] == "assistant" and "tool_calls" not in messages[-1]
        kwargs: Json = {"tools": tools, "enable_thinking": request.thinking and not forced, **self._hints(request), **self._extra}
        tokens = self._tokens(messages, continues, kwargs)
        state = "normal" if continues else self._state(tokens)
        ends = self._stable(request, messages, tokens, kwargs) if stable else ()
        if forced and state == "normal":
            # What a call begins with is put into the model's mouth.
            tokens = [*tokens, *self._tokenizer.tool_call_start_tokens]
            state = "tool"
        return Prompt(tokens, state, continues, ends)

    def _hints(self, request: Generate) -> Json:
        """How much to think, for the templates that ask."""
        hints: Json = {}
        if "reasoning_effort" in self._text and request.effort:
            hints["reasoning_effort"] = request.effort if request.effort in ("low", "medium") else "high"
        if "thinking_budget" in self._text and request.thinking_budget:
            hints["thinking_budget"] = request.thinking_budget
        return hints

    def _tokens(self, messages: list[Json], continues: bool, kwargs: Json) -> list[int]:
        mode = {"continue_final_message": True} if continues else {}
        try:
            return list(self._tokenizer.apply_chat_template(messages, add_generation_prompt=not continues, **mode, **kwargs))
        except jinja2.TemplateError as e:
            raise RequestError("api_error", f"the model's chat template failed: {str(e)[:300]}") from e
        except Exception as e:
            if not _is_unicode(messages):
                raise invalid("messages: a string holds half of a surrogate pair") from e
            # The messages of others repeat the conversation.
            log_fault("the chat template failed", e)
            raise RequestError("api_error", f"the model's chat template failed: {type(e).__name__}") from e

    def _state(self, tokens: list[int]) -> str:
        """Whether the prompt ends in an opened thought.

        It does when nothing but space follows what opens it: a user may have written the same words.
        """
        tokenizer = self._tokenizer
        if tokenizer.has_thinking:
            opened = tokenizer.think_start_tokens
            at = tokenizer.rfind_think_start(tokens, start=len(tokens) - len(opened) - 8)
            if at >= 0 and not tokenizer.decode(tokens[at + len(opened) :]).strip():
                return "reasoning"
        return tokenizer.response_initial_state or "normal"

    def _stable(self, request: Generate, messages: list[Json], tokens: list[int], kwargs: Json) -> tuple[int, ...]:
        ends = []
        heads = [message for message in messages[:1] if message["role"] == "system"]
        if heads:
            other = self._tokens([*heads, {"role": "user", "content": ""}], False, kwargs)
            ends.append(next((i for i, (a, b) in enumerate(zip(tokens, other)) if a != b), min(len(tokens), len(other))))
        tail = len(tokens)
        if self._tokenizer.has_thinking:
            # What stands behind the beginning of a thought is left out of the conversation's later prompts.
            opened = self._tokenizer.rfind_think_start(tokens, start=tail - 11)
            tail = opened if opened >= 0 else tail
        ends.append(tail)
        return tuple(sorted({end for end in ends if 0 < end < len(tokens)}))


def _system() -> Json:
    return {"role": "system", "content": _PROBE}


def _user(text: str = "Hello") -> Json:
    return {"role": "user", "content": text}


def _assistant(text: str) -> Json:
    return {"role": "assistant", "content": text}


def _called(arguments: str, word: str = "word") -> Json:
    given = {"probe": word} if arguments == "object" else json.dumps({"probe": word})
    call = {"id": "probe0000", "type": "function", "function": {"name": "probe", "arguments": given}}
    return {"role": "assistant", "content": "", "tool_calls": [call]}


def _result() -> Json:
    return {"role": "tool", "tool_call_id": "probe0000", "name": "probe", "content": "word"}


def _is_unicode(messages: list[Json]) -> bool:
    try:
        return bool(json.dumps(messages, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


def _kimi(text: str) -> Any:
    return "kimi" if "<|tool_calls_section_begin|>" in text else "any"
