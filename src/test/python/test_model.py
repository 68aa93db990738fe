"""The worker with mlx-lm and a small model that knows some conversations by heart."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness import Worker, assistant, generate, text, user
from tiny_model import ALICE, NO_CALL, THOUGHT, UMLAUTS, WEATHER

pytestmark = pytest.mark.real

ADAPTIVE = {"type": "adaptive"}
PARIS = ("get_weather", {"city": "Paris"})
ROME = ("get_weather", {"city": "Rome"})
LONG = "Tell me about " + "the rabbit and the mouse and " * 300


def test_facts(worker: Worker) -> None:
    ready = worker.ready()
    assert ready["protocol"] == 2
    assert ready["context_length"] == 4096
    assert (ready["tools"], ready["thinking"], ready["concurrency"]) == (True, True, 16)
    assert ready["version"].startswith("mlx-lm 0.")
    assert ready["load_ms"] > 0


def test_text(worker: Worker) -> None:
    said = worker.ask("msg_text", "Tell me about Alice.")
    assert (said.text, said.done) == (ALICE, {"stop_reason": "end_turn"})
    assert sum("text" in line for line in said.lines) > 20


def test_characters_are_never_cut(worker: Worker) -> None:
    said = worker.ask("msg_utf8", "Say something in German.")
    assert said.text == UMLAUTS
    assert all("\ufffd" not in line.get("text", "") for line in said.lines)


@pytest.mark.parametrize("limit", range(40, 75, 3))
def test_a_limit_anywhere_leaves_whole_characters(worker: Worker, limit: int) -> None:
    said = worker.ask("msg_limit", "Say something in German.", max_tokens=limit)
    assert UMLAUTS.startswith(said.text)
    assert "\ufffd" not in said.text
    assert said.usage["output_tokens"] <= limit


def test_thinking(worker: Worker) -> None:
    said = worker.ask("msg_think", "Which rabbit was late?", thinking=ADAPTIVE)
    assert (said.joined("thinking").rstrip(), said.text) == (THOUGHT, "The White Rabbit.")
    assert said.keys == ["usage", "thinking", "signature", "text", "usage", "done"]


def test_no_thinking(worker: Worker) -> None:
    said = worker.ask("msg_think", "Which rabbit was late?", thinking={"type": "disabled"})
    assert (said.text, said.keys) == ("The White Rabbit, of course.", ["usage", "text", "usage", "done"])


def test_a_call_of_a_tool(worker: Worker) -> None:
    said = worker.ask("msg_tool", "What is the weather in Paris?", tools=[WEATHER])
    assert said.text.rstrip() == "Let me look."
    assert (said.calls, said.done) == ([PARIS], {"stop_reason": "tool_use"})
    assert sum("tool_input" in line for line in said.lines) > 5


def test_two_calls(worker: Worker) -> None:
    said = worker.ask("msg_tools", "What is the weather in Paris and Rome?", tools=[WEATHER])
    assert (said.text, said.calls) == ("", [PARIS, ROME])
    one = worker.ask(
        "msg_tools",
        "What is the weather in Paris and Rome?",
        tools=[WEATHER],
        tool_choice={"type": "auto", "disable_parallel_tool_use": True},
    )
    assert (one.calls, one.done) == ([PARIS], {"stop_reason": "tool_use"})


def test_a_call_that_cannot_be_read_is_text(worker: Worker) -> None:
    said = worker.ask("msg_bad", "Call it badly.", tools=[WEATHER])
    assert (said.text, said.calls, said.done) == (NO_CALL, [], {"stop_reason": "end_turn"})


def test_a_demanded_call(worker: Worker) -> None:
    said = worker.ask(
        "msg_any", "What is the weather in Paris and Rome?", tools=[WEATHER], tool_choice={"type": "tool", "name": "get_weather"}
    )
    assert (said.text, said.calls[0]) == ("", PARIS)


@pytest.mark.parametrize("stop", ["THE END", "sister", "r si", "Alice was", "or twice sh", "it.", ": ", "."])
def test_stop_sequences_across_tokens(worker: Worker, stop: str) -> None:
    said = worker.ask("msg_stop", "Tell me about Alice.", stop_sequences=["absent", stop])
    assert said.text == ALICE[: ALICE.index(stop)]
    assert said.done == {"stop_reason": "stop_sequence", "stop_sequence": stop}


def test_a_beginning_of_a_stop_sequence_is_text(worker: Worker) -> None:
    said = worker.ask("msg_stop", "Tell me about Alice.", stop_sequences=["THE ENDING", "it.."])
    assert (said.text, said.done) == (ALICE, {"stop_reason": "end_turn"})


def test_the_answer_goes_on_from_the_assistants_words(worker: Worker) -> None:
    cut = ALICE.index(" very")
    said = worker.ask("msg_prefill", "Tell me about Alice.", assistant(ALICE[:cut]))
    assert ALICE[:cut] + said.text == ALICE


def test_the_same_alone_and_among_others(worker: Worker) -> None:
    worker.send(*[generate(f"msg_{i}", "Tell me about Alice." if i % 2 else "Say something in German.") for i in range(12)])
    for i in range(12):
        assert worker.answer(f"msg_{i}").text == (ALICE if i % 2 else UMLAUTS)


def test_a_seed(worker: Worker) -> None:
    def ask(seed: int, others: int = 0) -> str:
        worker.send(*[generate(f"msg_o{i}", "Tell me about Alice.", temperature=1.5) for i in range(others)])
        said = worker.ask("msg_seed", "Make something up.", temperature=1.5, top_p=0.95, top_k=50, seed=seed, max_tokens=40)
        for i in range(others):
            worker.answer(f"msg_o{i}")
        return said.text

    assert ask(1) == ask(1) == ask(1, others=3)
    assert ask(1) != ask(2)


def test_without_a_seed_chance_is_chance(worker: Worker) -> None:
    said = {worker.ask("msg_chance", "Make something up.", temperature=1.5, max_tokens=40).text for _ in range(3)}
    assert len(said) > 1


@pytest.mark.parametrize(
    "fields", [{"top_k": 100_000}, {"top_k": 1, "temperature": 1}, {"top_p": 0.01, "temperature": 1}, {"top_p": 0, "top_k": 0}]
)
def test_sampling_at_its_ends(worker: Worker, fields: dict[str, Any]) -> None:
    assert worker.ask("msg_ends", "Tell me about Alice.", **fields).text == ALICE


def test_a_second_turn_reads_only_what_is_new(worker: Worker) -> None:
    system = text("A prompt of this test alone.")
    first = worker.ask("msg_turn1", "Tell me about Alice.", system=system, thinking=ADAPTIVE, max_tokens=8)
    second = worker.ask("msg_turn2", "Tell me about Alice.", assistant(first.text), "Say something in German.", system=system)
    read, cached = second.usage["input_tokens"], second.usage["cache_read_input_tokens"]
    assert cached >= first.usage["input_tokens"] + first.usage["cache_read_input_tokens"]
    assert read < 60
    again = worker.ask("msg_turn3", "Tell me about Alice.", assistant(first.text), "Say something in German.", system=system)
    assert (again.usage["input_tokens"], again.usage["cache_read_input_tokens"]) == (1, read + cached - 1)
    assert again.text == second.text


def test_a_second_turn_after_a_thought_keeps_the_first_prompt(worker: Worker) -> None:
    system = text("Another prompt of this test alone.")
    first = worker.ask("msg_turn1", "Which rabbit was late?", system=system, thinking=ADAPTIVE)
    said = {"role": "assistant", "content": [{"type": "thinking", "thinking": THOUGHT, "signature": "mlx"}, *text(first.text)]}
    second = worker.ask("msg_turn2", "Which rabbit was late?", said, "Say something in German.", system=system)
    # The thought is left out of the second prompt, so of the cache of the first turn only the prompt is of use.
    assert second.usage["cache_read_input_tokens"] >= first.usage["input_tokens"] + first.usage["cache_read_input_tokens"]


def test_what_is_cached_changes_no_answer(worker: Worker) -> None:
    for _ in range(3):
        assert worker.ask("msg_again", "Tell me about Alice.").text == ALICE


def test_a_prompt_that_is_too_long(worker: Worker) -> None:
    error = worker.ask("msg_long", LONG * 3).error
    assert error["type"] == "invalid_request_error"
    assert error["message"].startswith("prompt is too long: ")
    assert error["message"].endswith(" tokens > 4096 maximum")


def test_a_context_that_is_full(worker: Worker) -> None:
    half = "the rabbit and the mouse and " * 5
    said = worker.ask("msg_full", *_turns(half, 18), "Make something up.", temperature=2, max_tokens=100_000)
    assert said.done["stop_reason"] in ("model_context_window_exceeded", "end_turn")
    if said.done["stop_reason"] == "model_context_window_exceeded":
        usage = said.usage
        assert usage["input_tokens"] + usage["cache_read_input_tokens"] + usage["output_tokens"] == 4096


def _turns(words: str, turns: int) -> list[dict[str, Any]]:
    return [user(words), assistant(words)] * turns


def test_warming(worker: Worker) -> None:
    system = text("A third prompt of this test alone.")
    warmed = worker.ask("msg_warm", "Tell me about Alice.", system=system, max_tokens=0)
    assert (warmed.keys, warmed.usage["output_tokens"]) == (["usage", "done"], 0)
    assert worker.ask("msg_warmed", "Tell me about Alice.", system=system).usage["input_tokens"] == 1


def test_a_hundred_at_once(worker: Worker) -> None:
    ids = [f"msg_h{i}" for i in range(100)]
    worker.send(*[generate(id, "Tell me about Alice.") for id in ids])
    for id in ids:
        assert worker.answer(id).text == ALICE
    begun = [line["id"] for line in worker.lines if line.get("id") in ids and line.get("usage", {}).get("output_tokens") == 0]
    ended = [line["id"] for line in worker.lines if line.get("id") in ids and "done" in line]
    assert begun == ids
    # All answers are of one length, so none is overtaken by more than those that are answered with it.
    assert max(abs(ended.index(id) - i) for i, id in enumerate(ids)) <= 16


# With random weights and a long context


def test_cancel_while_a_long_prompt_is_read(start: Any, random_model: Path) -> None:
    worker = start(random_model)
    worker.ready()
    worker.send(generate("msg_long", LONG))
    worker.said("msg_long", "usage")
    worker.send({"type": "cancel", "id": "msg_long"}, {"type": "ping", "id": "ping_1"})
    worker.said("ping_1", "pong")
    assert worker.answer("msg_long").last == {"id": "msg_long", "cancelled": True}
    assert worker.ask("msg_next", "Hi", max_tokens=3).usage["output_tokens"] > 0
    # What had been read of it is not lost.
    worker.send(generate("msg_again", LONG))
    assert worker.said("msg_again", "usage")["usage"]["cache_read_input_tokens"] > 0


def test_a_long_prompt_does_not_stop_the_others(start: Any, random_model: Path) -> None:
    """It is read in six parts at least, and a short request that comes after it is answered between them."""
    worker = start(random_model)
    worker.ready()
    worker.send(generate("msg_long", LONG, max_tokens=1))
    worker.said("msg_long", "usage")
    worker.send(generate("msg_short", "Hi", max_tokens=1))
    worker.answer("msg_long")
    assert [line["id"] for line in worker.lines if "done" in line] == ["msg_short", "msg_long"]


def test_the_end_of_input_ends_a_worker_that_reads_a_long_prompt(start: Any, random_model: Path) -> None:
    worker = start(random_model)
    worker.ready()
    worker.send(generate("msg_long", LONG))
    worker.said("msg_long", "usage")
    worker.process.stdin.close()
    assert worker.exit_code() == 0
    assert "done" not in worker.lines[-1]


def test_caches_that_cannot_be_cut_back_are_kept_where_prompts_part(start: Any, random_model: Path, tmp_path: Path) -> None:
    """A model with a sliding window: what has left the window is gone, so the cache of a whole turn is of no use to the next."""
    model = shutil.copytree(random_model, tmp_path / "sliding")
    config = json.loads((model / "config.json").read_text())
    window = {"layer_types": ["sliding_attention", "full_attention"], "sliding_window": 32}
    (model / "config.json").write_text(json.dumps({**config, **window}))
    worker = start(model)
    system = text("You are brief. " * 20)
    first = worker.ask("msg_1", "Tell me of the rabbit and the mouse.", system=system, max_tokens=50)
    assert first.usage["cache_read_input_tokens"] == 0
    prompt = first.usage["input_tokens"]
    second = worker.ask("msg_2", "Tell me of the rabbit and the mouse.", assistant("No."), "Why?", system=system, max_tokens=5)
    # All of the first prompt but the empty thought that it ends in.
    assert prompt - 25 <= second.usage["cache_read_input_tokens"] < prompt
    other = worker.ask("msg_3", "Who are you?", system=system, max_tokens=5)
    assert len("You are brief. " * 20) <= other.usage["cache_read_input_tokens"] < prompt - 25
    again = worker.ask("msg_4", "Tell me of the rabbit and the mouse.", system=system, max_tokens=50)
    assert again.text == first.text


def test_quantized_caches_one_at_a_time(start: Any, trained_model: Path) -> None:
    worker = start(trained_model, "--kv-bits", "8", "--kv-group-size", "32", "--quantized-kv-start", "0")
    assert worker.ready()["concurrency"] == 1
    worker.send(*[generate(f"msg_{i}", "Tell me about Alice.") for i in range(3)])
    for i in range(3):
        said = worker.answer(f"msg_{i}")
        assert said.text.startswith("Alice was beginning")
        assert said.usage["input_tokens"] == (1 if i else said.usage["input_tokens"])


def test_caches_that_cannot_be_quantized_are_noticed_before_the_first_request(start: Any, trained_model: Path) -> None:
    worker = start(trained_model, "--kv-bits", "8", "--kv-group-size", "64")
    assert worker.exit_code(60) == 1
    worker.close()
    assert "is loaded but cannot generate" in worker.lines[-1]["error"]["message"]


def test_a_small_cache_holds_little(start: Any, trained_model: Path) -> None:
    worker = start(trained_model, "--prompt-cache-bytes", "1KB")
    for _ in range(2):
        said = worker.ask("msg_1", "Tell me about Alice.")
        assert (said.text, said.usage["cache_read_input_tokens"]) == (ALICE, 0)


def test_the_makers_advice_on_sampling(start: Any, trained_model: Path, tmp_path: Path) -> None:
    model = shutil.copytree(trained_model, tmp_path / "advised")
    (model / "generation_config.json").write_text(json.dumps({"do_sample": True, "temperature": 0.01, "top_k": 1}))
    worker = start(model)
    line = generate("msg_1", "Tell me about Alice.")
    del line["temperature"]
    worker.send(line)
    assert worker.answer("msg_1").text == ALICE


# Models that cannot be loaded


def test_memory_that_is_short_is_told_as_that() -> None:
    from caravan_mlx.model import out_of_memory

    assert out_of_memory(RuntimeError("[malloc_or_wait] Unable to allocate 17179869184 bytes."))
    assert out_of_memory(RuntimeError("[METAL] Command buffer execution failed: Insufficient Memory"))
    assert out_of_memory(MemoryError())
    assert not out_of_memory(RuntimeError("[matmul] Last dimension of first input"))


def test_adapters_that_are_not_there(start: Any, random_model: Path) -> None:
    worker = start(random_model, "--adapter-path", "/no/such/adapters")
    assert worker.exit_code(60) == 1
    worker.close()
    assert worker.lines[-1]["error"]["message"] == "no such directory of an adapter: /no/such/adapters"


def _broken(model: Path, tmp_path: Path, name: str) -> str:
    path = shutil.copytree(model, tmp_path / name)
    if name == "no config":
        (path / "config.json").unlink()
    elif name == "no weights":
        (path / "model.safetensors").unlink()
    elif name == "cut weights":
        (path / "model.safetensors").write_bytes((path / "model.safetensors").read_bytes()[:5000])
    elif name == "no template":
        config = json.loads((path / "tokenizer_config.json").read_text())
        del config["chat_template"]
        (path / "tokenizer_config.json").write_text(json.dumps(config))
    elif name == "unknown kind":
        config = json.loads((path / "config.json").read_text())
        (path / "config.json").write_text(json.dumps({**config, "model_type": "abacus"}))
    return str(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no config", "has no config.json"),
        ("no weights", "has no model*.safetensors"),
        ("cut weights", "cannot load"),
        ("no template", "no chat template"),
        ("unknown kind", "Model type abacus not supported"),
    ],
)
def test_a_model_that_cannot_be_loaded(start: Any, random_model: Path, tmp_path: Path, name: str, message: str) -> None:
    worker = start(_broken(random_model, tmp_path, name))
    assert worker.exit_code(60) == 1
    worker.close()
    assert message in worker.lines[-1]["error"]["message"], worker.lines
    assert not any("id" in line for line in worker.lines)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("/no/such/model", "no such directory: /no/such/model"),
        (__file__, "not a directory"),
        ("someone/absent-model", "is no directory and not in the hub's cache, and the hub cannot be reached"),
    ],
)
def test_no_model_at_all(start: Any, model: str, message: str) -> None:
    worker = start(model)
    worker.send(generate("msg_1", "Hi"))
    assert worker.exit_code(60) == 1
    worker.close()
    assert message in worker.lines[-1]["error"]["message"], worker.lines
