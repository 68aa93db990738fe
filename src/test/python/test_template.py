"""Requests as prompts, with templates of several kinds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from caravan_mlx.errors import RequestError
from caravan_mlx.messages import Form, to_template
from caravan_mlx.request import read_generate
from harness import assistant, generate, text, user

WEATHER = {"name": "get_weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Köln"}}
CALL_TWO = {"type": "tool_use", "id": "toolu_2", "name": "get_weather", "input": {"city": "Rom"}}


def result(id: str, words: str, **fields: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": id, "content": text(words), **fields}


TOOL_TALK = [
    user("Weather?"),
    {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "mlx"}, *text("Look. "), CALL, CALL_TWO]},
    {"role": "user", "content": [result("toolu_1", "sun"), result("toolu_2", "down", is_error=True), *text("And?")]},
]


def messages(*said: Any, form: Form | None = None, **fields: Any) -> list[dict[str, Any]]:
    return to_template(read_generate(generate("msg_1", *said, **fields)), form or Form())


def test_system_blocks_are_paragraphs() -> None:
    assert messages("Hi", system=[*text("A"), *text("B")])[0] == {"role": "system", "content": "A\n\nB"}


def test_a_later_system_message_stays_in_its_place_or_is_the_users() -> None:
    said = [user("Hi"), {"role": "system", "content": text("Be brief.")}, user("Go on.")]
    assert [m["role"] for m in messages(*said)] == ["user", "system", "user"]
    assert messages(*said, form=Form(system_later=False)) == [{"role": "user", "content": "Hi\n\nBe brief.\n\nGo on."}]


def test_a_template_without_system_prompt_gets_it_as_the_users() -> None:
    assert messages("Hi", system=text("Be brief."), form=Form(system=False)) == [{"role": "user", "content": "Be brief.\n\nHi"}]


def test_calls_and_results_in_order() -> None:
    said = messages(*TOOL_TALK, tools=[WEATHER])
    assert [m["role"] for m in said] == ["user", "assistant", "tool", "tool", "user"]
    assert said[1]["content"] == "Look. "
    assert said[1]["reasoning_content"] == "Hm."
    assert [call["function"]["arguments"] for call in said[1]["tool_calls"]] == [{"city": "Köln"}, {"city": "Rom"}]
    assert [(m["tool_call_id"], m["name"], m["content"]) for m in said[2:4]] == [
        ("toolu_1", "get_weather", "sun"),
        ("toolu_2", "get_weather", "[tool_error] down"),
    ]


def test_words_behind_results_join_the_last_where_users_must_wait_for_their_turn() -> None:
    said = messages(*TOOL_TALK, tools=[WEATHER], form=Form(user_after_result=False))
    assert [m["role"] for m in said] == ["user", "assistant", "tool", "tool"]
    assert said[3]["content"] == "[tool_error] down\n\nAnd?"


def test_arguments_as_text_for_templates_that_write_them_as_they_are() -> None:
    said = messages(*TOOL_TALK, tools=[WEATHER], form=Form(arguments="text"))
    assert said[1]["tool_calls"][0]["function"]["arguments"] == '{"city": "Köln"}'


@pytest.mark.parametrize(("form", "id"), [(Form(ids="nine"), None), (Form(ids="kimi"), "functions.get_weather:0")])
def test_ids_of_calls_in_the_templates_form(form: Form, id: str | None) -> None:
    said = messages(*TOOL_TALK, tools=[WEATHER], form=form)
    told = said[1]["tool_calls"][0]["id"]
    assert told == said[2]["tool_call_id"]
    assert told == id or (id is None and len(told) == 9 and told.isalnum())


def test_documents_and_search_results_as_text() -> None:
    blocks = [
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Body."}, "title": "T", "context": "C"},
        {"type": "search_result", "title": "S", "source": "http://s", "content": text("Found.")},
        {"type": "from_the_future", "text": "ignored"},
    ]
    assert messages({"role": "user", "content": blocks})[0]["content"] == (
        "Document: T\nContext: C\n\nBody.\n\nSearch result: S\nSource: http://s\n\nFound."
    )


@pytest.mark.parametrize(
    ("block", "path"),
    [
        ({"type": "image", "source": {}}, "messages.0.content.0:"),
        ({"type": "document", "source": {"type": "base64", "media_type": "application/pdf"}}, "messages.0.content.0:"),
        ({"type": "tool_result", "tool_use_id": "a", "content": [*text("x"), {"type": "image"}]}, "messages.0.content.0.content.1:"),
        ({"type": "container_upload", "file_id": "f"}, "messages.0.content.0:"),
    ],
)
def test_what_a_text_model_cannot_take_is_named(block: dict[str, Any], path: str) -> None:
    with pytest.raises(RequestError, match=path) as refused:
        messages({"role": "user", "content": [block]})
    assert refused.value.kind == "invalid_request_error"


def test_a_schema_for_the_answer_is_told_to_the_model() -> None:
    schema = {"type": "object"}
    said = messages("Hi", output_config={"format": {"type": "json_schema", "schema": schema}})
    assert json.dumps(schema) in said[0]["content"]


# With real templates.

PLAIN = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}"
    "{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
NO_SYSTEM = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('No system.') }}{% endif %}{% endfor %}" + PLAIN
SYSTEM_FIRST = (
    "{% for m in messages %}{% if m.role == 'system' and not loop.first %}{{ raise_exception('First!') }}{% endif %}{% endfor %}" + PLAIN
)
SYSTEM_LOST = "{% set messages = messages | rejectattr('role', 'equalto', 'system') | list %}" + PLAIN
TAKES_TURNS = (
    "{% set ns = namespace(turn=0) %}{% for m in messages if m.role != 'system' and m.role != 'tool' and not m.tool_calls %}"
    "{% if (m.role == 'user') != (ns.turn % 2 == 0) %}{{ raise_exception('Turns!') }}{% endif %}{% set ns.turn = ns.turn + 1 %}"
    "{% endfor %}" + PLAIN
)
AS_TEXT = PLAIN.replace("arguments | tojson", "arguments")
REFUSES_OBJECTS = PLAIN.replace("c.function.arguments | tojson", "('' + c.function.arguments)")
OPENS_THOUGHT = PLAIN.replace("<|im_start|>assistant\n{% endif %}", "<|im_start|>assistant\n<think>\n{% endif %}")


def template(path: Path, source: str) -> Any:
    from mlx_lm.tokenizer_utils import load

    from caravan_mlx.template import ChatTemplate
    from tiny_model import write_tokenizer

    write_tokenizer(path, 0, source)
    tokenizer = load(path)
    return ChatTemplate(tokenizer, {}), tokenizer


@pytest.mark.real
@pytest.mark.parametrize(
    ("source", "form"),
    [
        (PLAIN, Form()),
        (NO_SYSTEM, Form(system=False, system_later=False)),
        (SYSTEM_FIRST, Form(system_later=False)),
        (SYSTEM_LOST, Form(system=False, system_later=False)),
        (TAKES_TURNS, Form(user_after_result=False)),
        (AS_TEXT, Form(arguments="text")),
        (REFUSES_OBJECTS, Form(arguments="text")),
        (PLAIN + "{# [TOOL_CALLS] length 9 #}", Form(ids="nine")),
        (PLAIN + "{# message.thinking #}", Form(reasoning="thinking")),
    ],
    ids=["plain", "no system", "system first", "system lost", "turns", "text", "refuses objects", "nine", "thinking"],
)
def test_the_form_is_found_out(tmp_path: Path, source: str, form: Form) -> None:
    assert template(tmp_path, source)[0].form == form


def rendered(path: Path, source: str, *said: Any, **fields: Any) -> tuple[str, str]:
    made, tokenizer = template(path, source)
    prompt = made.render(read_generate(generate("msg_1", *said, **fields)), stable=False)
    return tokenizer.decode(prompt.tokens), prompt.state


@pytest.mark.real
def test_prompts(tmp_path: Path) -> None:
    assert rendered(tmp_path, PLAIN, "Hi") == ("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "normal")
    assert rendered(tmp_path, OPENS_THOUGHT, "Hi")[1] == "reasoning"
    assert rendered(tmp_path, OPENS_THOUGHT, "What is <think>?")[1] == "reasoning"
    assert rendered(tmp_path, PLAIN, "What is <think>")[1] == "normal"
    assert rendered(tmp_path, PLAIN, "Hi", assistant("I say")) == ("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nI say", "normal")


@pytest.mark.real
def test_tools_need_a_template_that_has_them(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="tools:"):
        rendered(tmp_path, PLAIN, "Hi", tools=[WEATHER])


@pytest.mark.real
def test_a_demanded_call_is_begun(tmp_path: Path) -> None:
    from tiny_model import TEMPLATE

    prompt, state = rendered(tmp_path, TEMPLATE, "Hi", tools=[WEATHER], tool_choice={"type": "any"}, thinking={"type": "adaptive"})
    assert (prompt.endswith("</think>\n\n<tool_call>"), state) == (True, "tool")


@pytest.mark.real
@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ raise_exception('Roles!') }}", "Roles!"),
        ("{% if %}", ""),
        ("{{ messages[99].content.absent }}", ""),
        ("{{ messages[0].content + 1 }}", "TypeError"),
    ],
)
def test_a_template_that_fails(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(RequestError) as failed:
        rendered(tmp_path, source, "a secret")
    assert failed.value.kind == "api_error"
    assert message in failed.value.message
    assert "secret" not in failed.value.message


@pytest.mark.real
def test_half_a_surrogate_pair_is_the_clients_fault(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as failed:
        rendered(tmp_path, PLAIN, "\ud83d")
    assert failed.value.kind == "invalid_request_error"


@pytest.mark.real
def test_the_shared_beginnings_of_a_prompt(tmp_path: Path) -> None:
    from tiny_model import TEMPLATE

    made, tokenizer = template(tmp_path, TEMPLATE)
    request = read_generate(generate("msg_1", "Hi", system=text("You are brief.")))
    prompt = made.render(request, stable=True)
    parts = [tokenizer.decode(prompt.tokens[:end]) for end in prompt.stable]
    assert parts == [
        "<|im_start|>system\nYou are brief.<|im_end|>\n<|im_start|>user\n",
        "<|im_start|>system\nYou are brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    ]
