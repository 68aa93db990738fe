"""Starts the worker: arguments, file descriptors, threads, the model."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from caravan_mlx.errors import Fatal, log, log_fault
from caravan_mlx.inbox import Inbox
from caravan_mlx.wire import Wire

if TYPE_CHECKING:
    from caravan_mlx.engine import Engine
    from caravan_mlx.model import Model

PROTOCOL = 2
_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def size(text: str) -> int:
    """A number of bytes, such as 2GB or 500MB."""
    digits = text.rstrip("kKmMgGbB ")
    unit = text[len(digits) :].strip().upper()
    unit = unit if unit in _UNITS else unit + "B"
    try:
        return int(Decimal(digits) * _UNITS[unit])
    except (ArithmeticError, KeyError):
        raise argparse.ArgumentTypeError("expected a size such as 2GB") from None


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("expected a number from 1 on")
    return value


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    p = argparse.ArgumentParser(prog="caravan_mlx", description="Answers requests of the exec protocol, version 2, with an MLX model.")
    p.add_argument("--model", required=True, help="a directory, or a model's name on the hub")
    p.add_argument("--adapter-path", help="a directory with trained adapters")
    p.add_argument("--max-context", type=positive, metavar="TOKENS", help="the longest prompt and answer; default: what the model takes")
    p.add_argument("--prompt-cache-bytes", type=size, default=size("2GB"), metavar="SIZE", help="for prefixes; default 2GB")
    p.add_argument("--concurrency", type=positive, default=16, metavar="N", help="requests answered at a time; default 16")
    p.add_argument("--prefill-step-size", type=positive, default=2048, metavar="TOKENS", help="the most to read of a prompt at a time")
    p.add_argument("--prefill-concurrency", type=positive, default=8, metavar="N", help="prompts read at a time; default 8")
    p.add_argument("--kv-bits", type=int, choices=(2, 3, 4, 6, 8), help="quantize the caches; one request at a time then")
    p.add_argument("--kv-group-size", type=positive, default=64)
    p.add_argument("--quantized-kv-start", type=int, default=5000, metavar="TOKENS", help="leave the caches of shorter prompts as they are")
    p.add_argument("--chat-template-args", type=json.loads, default={}, metavar="JSON", help="more variables for the chat template")
    p.add_argument("--trust-remote-code", action="store_true", help="run Python code that comes with the model")
    return p.parse_args(argv)


def protocol_stdout() -> int:
    """Takes standard output for the protocol alone: what libraries print goes to standard error."""
    sys.stdout.flush()
    fd = os.dup(1)
    os.dup2(2, 1)
    return fd


def main() -> None:
    """Runs the worker. Does not return."""
    args = arguments()
    wire = Wire(protocol_stdout())
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Ctrl-C at a terminal goes to the gateway too, which ends its workers when their answers are complete.
    signal.signal(signal.SIGINT, signal.SIG_DFL if os.isatty(0) else signal.SIG_IGN)
    # The lines of the protocol tell how far the loading is; bars are for terminals.
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    started = _Started()
    inbox = Inbox(wire, started.pong)
    inbox.start(open(0, "rb", buffering=1 << 16, closefd=False))  # noqa: SIM115
    _exit_with(1, lambda: _work(args, wire, inbox, started), wire)


class _Started:
    """What there is to tell of the worker, before and after the model is there."""

    engine: Engine | None = None

    def pong(self) -> dict[str, Any]:
        if self.engine is None:
            return {"running": 0, "waiting": 0}
        from caravan_mlx.model import memory_bytes

        return {"memory_bytes": memory_bytes(), "running": self.engine.running, "waiting": self.engine.waiting}


def _exit_with(code: int, work: Any, wire: Wire) -> None:
    try:
        work()
    except BaseException as e:
        log_fault("the worker ends", e)
        wire.fatal("api_error", str(e) if isinstance(e, Fatal) else f"the worker failed: {type(e).__name__}")
    finally:
        # Threads that use MLX must not be torn down with the interpreter.
        os._exit(code)


def _work(args: argparse.Namespace, wire: Wire, inbox: Inbox, started: _Started) -> None:
    before = time.monotonic()
    inbox.loading = "importing mlx-lm"
    try:
        from mlx_lm import __version__ as version

        from caravan_mlx.engine import Engine
        from caravan_mlx.lanes import BatchLane, Lane, SingleLane
        from caravan_mlx.model import load_model
        from caravan_mlx.prefixes import Prefixes
        from caravan_mlx.template import ChatTemplate
    except ImportError as e:
        raise Fatal(f"mlx-lm cannot be imported by {sys.executable}: {e}") from e
    inbox.loading = f"loading {args.model}"
    model = load_model(args.model, args.adapter_path, args.max_context, args.trust_remote_code)
    try:
        template = ChatTemplate(model.tokenizer, args.chat_template_args)
    except ValueError as e:
        raise Fatal(str(e)) from e
    prefixes = Prefixes(args.prompt_cache_bytes)
    quantized = {"kv_bits": args.kv_bits, "kv_group_size": args.kv_group_size, "quantized_kv_start": args.quantized_kv_start}
    options = {} if args.kv_bits is None else quantized
    lane: Lane
    if model.batchable and not options:
        lane = BatchLane(model, prefixes, args.concurrency, args.prefill_step_size, args.prefill_concurrency)
    else:
        lane = SingleLane(model, prefixes, args.prefill_step_size, options)
    inbox.loading = "generating a first token"
    _warm(model, options)
    engine = started.engine = Engine(model, template, lane, wire, inbox.arrivals)
    log(f"{args.model} is loaded; template: {template.form}")
    inbox.loaded()
    wire.ready(_facts(model, lane.capacity, version, round((time.monotonic() - before) * 1000)))
    engine.run()


def _warm(model: Model, options: dict[str, Any]) -> None:
    """The first token takes longer than those behind it: kernels are compiled and weights come into memory."""
    # Quantized from the first token on, so that caches that cannot be are noticed here.
    options = {**options, "quantized_kv_start": 0} if options else {}
    from mlx_lm import stream_generate

    from caravan_mlx.model import out_of_memory

    try:
        for _ in stream_generate(model.model, model.tokenizer, [0, 0], max_tokens=2, **options):
            pass
    except Exception as e:
        why = "out of memory" if out_of_memory(e) else f"{type(e).__name__}: {str(e)[:300]}"
        raise Fatal(f"{model.name} is loaded but cannot generate: {why}") from e


def _facts(model: Model, concurrency: int, version: str, load_ms: int) -> dict[str, Any]:
    from caravan_mlx.model import memory_bytes

    facts: dict[str, Any] = {
        "protocol": PROTOCOL,
        "model": model.name,
        "concurrency": concurrency,
        "tools": bool(model.tokenizer.has_tool_calling),
        "thinking": bool(model.tokenizer.has_thinking),
        "load_ms": load_ms,
        "memory_bytes": memory_bytes(),
        "version": f"mlx-lm {version}",
    }
    if model.context_length is not None:
        facts["context_length"] = model.context_length
    return facts
