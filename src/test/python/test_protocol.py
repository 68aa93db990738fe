"""The protocol, with the stand-in for mlx-lm: what the worker itself does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import SOURCES, STUB, Worker, assistant, generate, text

SLOW = "slowly: " + "x" * 5000


def test_ready_comes_once_and_before_any_line_with_an_id(stubbed: Worker) -> None:
    stubbed.send({"type": "ping", "id": "ping_1"}, generate("msg_1", "say: hi"))
    stubbed.answer("msg_1")
    stubbed.said("ping_1", "pong")
    kinds = ["id" if "id" in line else next(iter(line)) for line in stubbed.lines]
    assert kinds.count("ready") == 1
    assert "id" not in kinds[: kinds.index("ready")]
    assert stubbed.ready()["protocol"] == 2
    assert stubbed.ready()["context_length"] == 10_000


def test_an_answer_in_pieces_with_usage_first_and_last(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", "say: hällo 🐇")
    assert said.text == "hällo 🐇"
    assert said.keys == ["usage", "text", "usage", "done"]
    assert said.done == {"stop_reason": "end_turn"}
    assert said.usage["output_tokens"] == len("hällo 🐇".encode()) + 1
    assert said.last["timings"].keys() == {"queue_ms", "prefill_ms", "generation_ms"}


def test_what_libraries_print_is_no_line_of_the_protocol(stubbed: Worker) -> None:
    stubbed.ready()
    stubbed.close()
    # A line that is no JSON would have ended the reading of the lines.
    assert [next(iter(line)) for line in stubbed.lines if "progress" not in line] == ["ready"]
    assert "printed by a library" in stubbed.stderr
    assert "written by a library" in stubbed.stderr


def test_without_mlx_lm_the_worker_says_so(start, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "mlx_lm").mkdir()
    (tmp_path / "mlx_lm/__init__.py").write_text("raise ImportError('no wheels for this machine')")
    worker = start("a/model", libraries=tmp_path)
    assert worker.exit_code() == 1
    worker.close()
    assert worker.lines[-1]["error"] == {
        "type": "api_error",
        "message": f"mlx-lm cannot be imported by {sys.executable}: no wheels for this machine",
    }


def test_the_id_is_the_first_key_of_its_lines(stubbed: Worker) -> None:
    said = stubbed.ask('odd "id" ü', "say: hi")
    assert all(next(iter(line)) == "id" for line in said.lines)


@pytest.mark.parametrize(
    "garbage",
    [b"not json\n", b"\xff\xfe\x00\n", b"[1,2]\n", b'"text"\n', b'{"type":"generate"}\n', b"\n  \n", b"[" * 100_000 + b"\n", b'{"id":7}\n'],
    ids=["words", "bytes", "array", "string", "no id", "blank", "deep", "id is a number"],
)
def test_garbage_is_no_answer_and_no_end(stubbed: Worker, garbage: bytes) -> None:
    stubbed.ready()
    stubbed.raw(garbage)
    assert stubbed.ask("msg_1", "say: hi").text == "hi"
    assert [line for line in stubbed.lines if "error" in line] == []


def test_an_unknown_type_is_refused(stubbed: Worker) -> None:
    stubbed.send({"type": "translate", "id": "msg_1"})
    assert stubbed.answer("msg_1").error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("messages", None, "messages"),
        ("messages", "hi", "messages"),
        ("messages", [{"role": "robot", "content": []}], "messages.0.role"),
        ("messages", [{"role": "user", "content": "hi"}], "messages.0.content"),
        ("max_tokens", -1, "max_tokens"),
        ("max_tokens", None, "max_tokens"),
        ("temperature", "hot", "temperature"),
        ("temperature", 3, "temperature"),
        ("top_p", 1.5, "top_p"),
        ("stop_sequences", [""], "stop_sequences"),
        ("tool_choice", {"type": "any"}, "tools"),
        ("tool_choice", {"type": "tool", "name": "absent"}, "tool_choice.name"),
        ("tools", [{}], "tools.0.name"),
    ],
)
def test_a_wrong_field_is_named(stubbed: Worker, field: str, value: object, named: str) -> None:
    error = stubbed.ask("msg_1", "say: hi", **{field: value}).error
    assert error["type"] == "invalid_request_error"
    assert error["message"].startswith(named + ":"), error
    assert stubbed.ask("msg_2", "say: hi").text == "hi"


def test_an_image_is_refused_by_its_place(stubbed: Worker) -> None:
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}
    error = stubbed.ask("msg_1", {"role": "user", "content": [*text("look:"), image]}).error
    assert error["type"] == "invalid_request_error"
    assert error["message"].startswith("messages.0.content.1:")


def test_a_line_of_ten_megabytes_is_read(stubbed: Worker) -> None:
    stubbed.ready()
    error = stubbed.ask("msg_1", "say: " + "x" * 10_000_000).error
    assert error["type"] == "invalid_request_error"
    assert error["message"].startswith("prompt is too long: 1000")
    assert error["message"].endswith(" tokens > 10000 maximum")


def test_what_does_not_fit_beside_the_prompt_ends_the_answer(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", "say: " + "x" * 6000, max_tokens=50_000)
    assert said.done == {"stop_reason": "model_context_window_exceeded"}
    assert said.usage["input_tokens"] + said.usage["output_tokens"] == 10_000


def test_a_template_that_fails_is_an_error_of_that_request(stubbed: Worker) -> None:
    error = stubbed.ask("msg_1", "break the template").error
    assert error == {"type": "api_error", "message": "the model's chat template failed: this template takes no such message"}
    assert stubbed.ask("msg_2", "say: hi").text == "hi"


def test_max_tokens(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", "say: hello", max_tokens=3)
    assert (said.text, said.done) == ("hel", {"stop_reason": "max_tokens"})
    assert said.usage["output_tokens"] == 3


def test_max_tokens_in_the_middle_of_a_character(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", "say: ab🐇", max_tokens=4)
    assert (said.text, said.done["stop_reason"]) == ("ab", "max_tokens")


def test_no_tokens_at_all_warm_the_cache(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", "say: hello", max_tokens=0)
    assert (said.text, said.done, said.usage["output_tokens"]) == ("", {"stop_reason": "max_tokens"}, 0)
    assert stubbed.ask("msg_2", "say: hello").usage["cache_read_input_tokens"] == said.usage["input_tokens"] - 1


@pytest.mark.parametrize(
    ("stops", "left", "matched"),
    [
        (["END"], "one two three ", "END"),
        (["two", "END"], "one ", "two"),
        (["wo t", "e two"], "on", "e two"),
        (["E", "END"], "one two three ", "E"),
        (["absent"], "one two three END four", None),
        (["four, five"], "one two three END four", None),
    ],
)
def test_stop_sequences(stubbed: Worker, stops: list[str], left: str, matched: str | None) -> None:
    said = stubbed.ask("msg_1", "say: one two three END four", stop_sequences=stops)
    assert said.text == left
    assert said.done == ({"stop_reason": "stop_sequence", "stop_sequence": matched} if matched else {"stop_reason": "end_turn"})


def test_cancel_ends_an_answer_and_nothing_follows(stubbed: Worker) -> None:
    stubbed.send(generate("msg_1", SLOW, max_tokens=5000))
    stubbed.said("msg_1", "text")
    stubbed.send({"type": "cancel", "id": "msg_1"})
    assert stubbed.answer("msg_1").last == {"id": "msg_1", "cancelled": True}
    assert stubbed.ask("msg_2", "say: hi").text == "hi"
    assert stubbed.lines[next(i for i, line in enumerate(stubbed.lines) if "cancelled" in line) + 1]["id"] == "msg_2"


def test_cancel_of_what_waits(start) -> None:  # type: ignore[no-untyped-def]
    worker = start("a/model", "--concurrency", "1", stub=True)
    worker.send(generate("msg_1", SLOW, max_tokens=5000))
    worker.said("msg_1", "text")
    worker.send(generate("msg_2", "say: two"), generate("msg_3", "say: three"), {"type": "cancel", "id": "msg_2"})
    assert worker.answer("msg_2").lines == [{"id": "msg_2", "cancelled": True}]
    worker.send({"type": "cancel", "id": "msg_1"})
    assert worker.answer("msg_3").text == "three"


def test_cancel_of_what_is_unknown_or_has_ended_is_ignored(stubbed: Worker) -> None:
    stubbed.ask("msg_1", "say: hi")
    stubbed.send({"type": "cancel", "id": "msg_1"}, {"type": "cancel", "id": "msg_9"})
    assert stubbed.ask("msg_2", "say: hi").text == "hi"
    assert [line for line in stubbed.lines if "cancelled" in line] == []


def test_an_id_that_is_in_use_is_not_used_twice(stubbed: Worker) -> None:
    stubbed.send(generate("msg_1", "slowly: hello"), generate("msg_1", "say: other"))
    assert stubbed.answer("msg_1").text == "hello"
    assert stubbed.ask("msg_1", "say: again").lines[-1]["usage"]["output_tokens"] == len("again") + 1


def test_a_ping_is_answered_while_something_is_being_generated(stubbed: Worker) -> None:
    stubbed.send(generate("msg_1", SLOW, max_tokens=5000))
    stubbed.said("msg_1", "text")
    stubbed.send({"type": "ping", "id": "ping_1"})
    pong = stubbed.said("ping_1", "pong")["pong"]
    assert pong == {"memory_bytes": 1_000_000, "running": 1, "waiting": 0}


def test_what_waits_says_so(start) -> None:  # type: ignore[no-untyped-def]
    worker = start("a/model", "--concurrency", "1", stub=True)
    worker.send(generate("msg_1", SLOW, max_tokens=5000), generate("msg_2", "say: hi"))
    assert worker.said("msg_2", "progress")["progress"] == {"stage": "waiting"}


def test_what_reads_a_prompt_says_how_far_it_is(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", "read: hi")
    told = [line["progress"] for line in said.lines if "progress" in line]
    assert told
    assert told[0] == {"stage": "prefill", "done": said.usage["input_tokens"], "total": said.usage["input_tokens"]}


def test_answers_begin_in_the_order_of_the_requests(start) -> None:  # type: ignore[no-untyped-def]
    worker = start("a/model", "--concurrency", "4", stub=True)
    ids = [f"msg_{i}" for i in range(100)]
    worker.send(*[generate(id, f"say: {id} says something") for id in ids])
    for id in ids:
        assert worker.answer(id).text == f"{id} says something"
    first = [line["id"] for line in worker.lines if line.get("usage", {}).get("output_tokens") == 0]
    assert first == ids


def test_the_end_of_input_ends_the_worker_at_once(stubbed: Worker) -> None:
    stubbed.send(generate("msg_1", SLOW, max_tokens=5000))
    stubbed.said("msg_1", "text")
    assert stubbed.process.stdin
    stubbed.process.stdin.close()
    assert stubbed.exit_code() == 0
    assert "done" not in stubbed.lines[-1]


def test_the_end_of_input_ends_a_worker_that_cannot_write(stubbed: Worker) -> None:
    stubbed.ready()
    stubbed.listening.clear()
    for i in range(16):
        stubbed.send(generate(f"msg_{i}", "say: " + "x" * 9000, max_tokens=9000))
    for i in range(2000):
        stubbed.send({"type": "ping", "id": f"ping_{i}"})
    assert stubbed.process.stdin
    stubbed.process.stdin.close()
    assert stubbed.exit_code() == 0


def test_a_sigterm_ends_the_worker(stubbed: Worker) -> None:
    stubbed.send(generate("msg_1", SLOW, max_tokens=5000))
    stubbed.said("msg_1", "text")
    stubbed.process.send_signal(signal.SIGTERM)
    assert stubbed.exit_code() == -signal.SIGTERM


def test_control_c_is_left_to_the_gateway(stubbed: Worker) -> None:
    stubbed.ready()
    stubbed.process.send_signal(signal.SIGINT)
    assert stubbed.ask("msg_1", "say: hi").text == "hi"


def test_a_parent_that_dies_is_noticed_while_its_standard_input_is_open(tmp_path: Path) -> None:
    """The parent gives both ends of the worker's standard input to another process, and is killed."""
    reader, writer = os.pipe()
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time\n"
            "p = subprocess.Popen([sys.executable, '-u', '-m', 'caravan_mlx', '--model', 'a/model'])\n"
            "print(p.pid, flush=True)\n"
            "time.sleep(600)",
        ],
        stdin=reader,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": f"{SOURCES}{os.pathsep}{STUB}"},
    )
    os.close(reader)
    try:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        os.write(writer, json.dumps(generate("msg_1", SLOW, max_tokens=5000)).encode() + b"\n")
        while b'"text"' not in parent.stdout.readline():
            pass
        parent.kill()
        parent.wait()
        until = time.monotonic() + 20
        while _alive(pid):
            assert time.monotonic() < until, "the worker outlives its parent"
            os.sched_yield()
    finally:
        os.close(writer)
        parent.stdout.close() if parent.stdout else None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z" if os.path.isdir("/proc") else True
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_fault_in_a_step_ends_what_was_generated_and_not_the_worker(stubbed: Worker) -> None:
    error = stubbed.ask("msg_1", "fault: a secret").error
    assert error == {"type": "api_error", "message": "generating failed: RuntimeError"}
    assert stubbed.ask("msg_2", "say: hi").text == "hi"
    assert "secret" not in stubbed.stderr


def test_faults_without_end_end_the_worker(stubbed: Worker) -> None:
    for i in range(3):
        stubbed.ask(f"msg_{i}", "fault: again")
    assert stubbed.exit_code() == 1
    assert stubbed.lines[-1] == {"error": {"type": "api_error", "message": "nothing can be generated: RuntimeError"}}


def test_prompts_are_not_on_standard_error(stubbed: Worker) -> None:
    stubbed.ask("msg_1", "say: a secret")
    stubbed.ask("msg_2", "break the template")
    stubbed.raw(b'{"type": "generate", "prompt": "a secret\n')
    stubbed.ask("msg_3", "say: hi")
    assert "secret" not in stubbed.stderr and "break the template" not in stubbed.stderr


def test_a_second_turn_reads_only_what_is_new(stubbed: Worker) -> None:
    first = stubbed.ask("msg_1", "say: hello")
    assert first.usage["cache_read_input_tokens"] == 0
    second = stubbed.ask("msg_2", "say: hello", assistant(first.text), "say: again")
    total = second.usage["input_tokens"] + second.usage["cache_read_input_tokens"]
    assert second.text == "again"
    assert second.usage["cache_read_input_tokens"] >= first.usage["input_tokens"] + len("hello")
    assert total > second.usage["cache_read_input_tokens"]


def test_one_at_a_time_where_caches_cannot_be_batched(start) -> None:  # type: ignore[no-untyped-def]
    worker = start("a/model", "--kv-bits", "8", stub=True)
    assert worker.ready()["concurrency"] == 1
    worker.send(*[generate(f"msg_{i}", f"say: {i}") for i in range(5)], generate("msg_5", SLOW, max_tokens=5000))
    assert [worker.answer(f"msg_{i}").text for i in range(5)] == list("01234")
    worker.said("msg_5", "text")
    worker.send({"type": "cancel", "id": "msg_5"})
    assert worker.answer("msg_5").last == {"id": "msg_5", "cancelled": True}
    again = worker.ask("msg_6", "say: 0")
    assert (again.text, again.usage["input_tokens"]) == ("0", 1)


def test_thinking_is_told_and_signed(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", "say: I wonder.</think>\n\nYes.", thinking={"type": "adaptive"})
    assert (said.joined("thinking"), said.text) == ("I wonder.", "Yes.")
    assert said.keys == ["usage", "thinking", "signature", "text", "usage", "done"]
    assert said.joined("signature")


def test_thinking_that_was_not_asked_for_is_not_told(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", "say: <think>Hm.</think>Yes.")
    assert said.keys == ["usage", "text", "usage", "done"]
    assert said.text == "Yes."


TOOLS = [{"name": "get", "input_schema": {"type": "object", "properties": {"key": {"type": "string"}}}}]
CALL = '<tool_call>\n{"name": "get", "arguments": {"key": "a } \\" b"}}\n</tool_call>'


def test_a_call_comes_in_pieces(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", f"say: Look: {CALL}", tools=TOOLS)
    assert said.text == "Look: "
    assert said.calls == [("get", {"key": 'a } " b'})]
    assert said.done == {"stop_reason": "tool_use"}
    assert sum("tool_input" in line for line in said.lines) > 3


def test_what_is_no_call_is_told_as_text(stubbed: Worker) -> None:
    written = "<tool_call>{'name': get}</tool_call>"
    said = stubbed.ask("msg_1", f"say: So: {written} Right?", tools=TOOLS)
    assert said.text == f"So: {written}Right?"
    assert (said.calls, said.done) == ([], {"stop_reason": "end_turn"})


def test_markers_are_text_where_no_tools_are_offered(stubbed: Worker) -> None:
    for fields in ({}, {"tools": TOOLS, "tool_choice": {"type": "none"}}):
        said = stubbed.ask("msg_1", f"say: Look: {CALL} Right?", **fields)
        assert (said.text, said.done) == (f"Look: {CALL} Right?", {"stop_reason": "end_turn"})


def test_a_call_can_be_demanded(stubbed: Worker) -> None:
    for choice in ({"type": "any"}, {"type": "tool", "name": "get"}):
        said = stubbed.ask("msg_1", f"say: {CALL[len('<tool_call>') :]}", tools=TOOLS, tool_choice=choice)
        assert (said.text, said.calls) == ("", [("get", {"key": 'a } " b'})])


def test_one_call_only_when_asked(stubbed: Worker) -> None:
    both = stubbed.ask("msg_1", f"say: {CALL}{CALL}", tools=TOOLS)
    assert len(both.calls) == 2
    one = stubbed.ask("msg_2", f"say: {CALL}{CALL}", tools=TOOLS, tool_choice={"type": "auto", "disable_parallel_tool_use": True})
    assert (len(one.calls), one.done) == (1, {"stop_reason": "tool_use"})


def test_a_limit_in_the_middle_of_a_call(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", f"say: {CALL}", tools=TOOLS, max_tokens=55)
    assert said.done == {"stop_reason": "max_tokens"}
    assert said.lines[1]["tool_use"]["name"] == "get"
    assert '{"key": "a } \\" b"}'.startswith(said.joined("tool_input"))


def test_a_call_that_breaks_off_is_an_error_once_a_part_is_told(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", 'say: <tool_call>{"name": "get", "arguments": {"key": oops}}</tool_call>', tools=TOOLS)
    assert said.error == {"type": "api_error", "message": "the model wrote a call of a tool that cannot be read"}
    assert stubbed.ask("msg_2", "say: hi").text == "hi"


def test_the_answer_goes_on_from_the_assistants_words(stubbed: Worker) -> None:
    said = stubbed.ask("msg_1", "say: it", assistant("The answer is"))
    assert said.done == {"stop_reason": "end_turn"}
