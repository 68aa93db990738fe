"""What the worker costs beside mlx-lm itself, with a model so small that the cost shows.

    python src/test/python/measure.py [MODEL] [--tokens 256] [--batch 16] [--rounds 5]

First token: from writing a request's line to reading its first text, less what mlx-lm's batch generator takes for the same prompt.
Throughput: tokens of a batch a second through the worker, against mlx-lm's batch generator called directly.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import SOURCES, generate
from tiny_model import write_random

WARM_UP = 3


def prompts(tokenizer: Any, batch: int) -> list[list[int]]:
    return [
        tokenizer.apply_chat_template([{"role": "user", "content": _words(i)}], add_generation_prompt=True, enable_thinking=False)
        for i in range(batch)
    ]


def _words(i: int) -> str:
    return f"Request {i}: " + "say something. " * 4


class Direct:
    """mlx-lm without the worker."""

    def __init__(self, path: Path) -> None:
        from mlx_lm import load
        from mlx_lm.generate import BatchGenerator

        self.model, self.tokenizer = load(str(path))
        self.stops = [[token] for token in self.tokenizer.eos_token_ids]
        self.generator = BatchGenerator

    def first_token(self) -> float:
        generator = self.generator(self.model, stop_tokens=self.stops)
        before = time.perf_counter()
        generator.insert(prompts(self.tokenizer, 1), [2])
        generator.next_generated()
        return time.perf_counter() - before

    def throughput(self, batch: int, tokens: int) -> float:
        generator = self.generator(self.model, stop_tokens=self.stops, completion_batch_size=batch)
        before = time.perf_counter()
        generator.insert(prompts(self.tokenizer, batch), [tokens] * batch)
        count = 0
        while said := generator.next_generated():
            count += len(said)
        return count / (time.perf_counter() - before)


class Through:
    """mlx-lm behind the worker. What it writes is not parsed while the clock runs: reading JSON is the gateway's business."""

    def __init__(self, path: Path, batch: int) -> None:
        # No prefix cache: each round is to read its prompts, as the direct call does.
        options = ["--model", str(path), "--concurrency", str(batch), "--prompt-cache-bytes", "1KB"]
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "caravan_mlx", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
        )
        self.until(b'"ready"', 1)

    def until(self, sign: bytes, times: int) -> bytes:
        """Reads until a pattern has been found that often. Looks at each byte about once: the machine has work to do."""
        assert self.process.stdout
        said: list[bytes] = []
        found = 0
        rest = b""
        while found < times:
            said.append(os.read(self.process.stdout.fileno(), 1 << 20))
            lines = rest + said[-1]
            end = lines.rfind(b"\n") + 1
            found += len(re.findall(sign, lines[:end]))
            rest = lines[end:]
        return b"".join(said)

    def send(self, *lines: dict[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        self.process.stdin.flush()

    def first_token(self) -> float:
        before = time.perf_counter()
        self.send(generate("msg_1", _words(0), max_tokens=2))
        said = self.until(b'"text"|"done"', 1)
        took = time.perf_counter() - before
        if b'"done"' not in said:
            self.until(b'"done"', 1)
        return took

    def throughput(self, batch: int, tokens: int) -> float:
        before = time.perf_counter()
        self.send(*[generate(f"msg_{i}", _words(i), max_tokens=tokens) for i in range(batch)])
        said = self.until(b'"done"', batch)
        took = time.perf_counter() - before
        lines = [json.loads(line) for line in said.splitlines()]
        return float(sum(line["usage"]["output_tokens"] for line in lines if "done" in line) / took)

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("model", type=Path, nargs="?")
    p.add_argument("--tokens", type=int, default=256)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--rounds", type=int, default=5)
    args = p.parse_args()
    with tempfile.TemporaryDirectory() as made:
        path = args.model or write_random(Path(made) / "random")
        direct, through = Direct(path), Through(path, args.batch)
        for way in (direct, through):
            for _ in range(WARM_UP):
                way.first_token()
            way.throughput(args.batch, 16)
        # In turn, so that a machine that is busy for a while slows both.
        firsts = [(direct.first_token(), through.first_token()) for _ in range(args.rounds * 10)]
        rates = [(direct.throughput(args.batch, args.tokens), through.throughput(args.batch, args.tokens)) for _ in range(args.rounds)]
        through.close()
    ours, theirs = statistics.median(t for _, t in firsts), statistics.median(d for d, _ in firsts)
    print(f"first token: mlx-lm {theirs * 1000:.2f} ms, worker {ours * 1000:.2f} ms, its share {(ours - theirs) * 1000:.2f} ms (medians)")
    for d, t in rates:
        print(f"batch of {args.batch} x {args.tokens} tokens: mlx-lm {d:.0f}/s, worker {t:.0f}/s, {t / d:.3f}")
    print(f"throughput: {statistics.median(t / d for d, t in rates):.3f} of mlx-lm (median)")


if __name__ == "__main__":
    main()
