"""What the worker costs beside mlx-lm itself, with a model so small that the cost shows.

    python src/test/python/measure.py [MODEL] [--tokens 256] [--batch 16] [--rounds 5]

First token: from writing a request's line to reading its first text, less what mlx-lm's batch generator takes for the same prompt.
Throughput: tokens of a batch a second through the worker, against mlx-lm's batch generator called directly.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import Worker, generate
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
        work = prompts(self.tokenizer, batch)
        before = time.perf_counter()
        generator.insert(work, [tokens] * batch)
        count = 0
        while said := generator.next_generated():
            count += len(said)
        return count / (time.perf_counter() - before)


class Through:
    """mlx-lm behind the worker."""

    def __init__(self, path: Path, batch: int) -> None:
        # No prefix cache: each round is to read its prompts, as the direct call does.
        self.worker = Worker(path, "--concurrency", str(batch), "--prompt-cache-bytes", "1KB")
        self.worker.ready()
        self.count = 0

    def _ids(self, n: int) -> list[str]:
        self.count += n
        return [f"msg_{i}" for i in range(self.count - n, self.count)]

    def first_token(self) -> float:
        (id,) = self._ids(1)
        before = time.monotonic()
        self.worker.send(generate(id, _words(0), max_tokens=2))
        self.worker.answer(id)
        at = next(i for i, line in enumerate(self.worker.lines) if line.get("id") == id and ("text" in line or "done" in line))
        return self.worker.times[at] - before

    def throughput(self, batch: int, tokens: int) -> float:
        ids = self._ids(batch)
        before = time.monotonic()
        self.worker.send(*[generate(id, _words(i), max_tokens=tokens) for i, id in enumerate(ids)])
        count = sum(self.worker.answer(id).usage["output_tokens"] for id in ids)
        took = max(at for at, line in zip(self.worker.times, self.worker.lines) if "done" in line) - before
        return float(count / took)


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
        through.worker.close()
    ours, theirs = statistics.median(t for _, t in firsts), statistics.median(d for d, _ in firsts)
    print(f"first token: mlx-lm {theirs * 1000:.2f} ms, worker {ours * 1000:.2f} ms, its share {(ours - theirs) * 1000:.2f} ms (medians)")
    for d, t in rates:
        print(f"batch of {args.batch} x {args.tokens} tokens: mlx-lm {d:.0f}/s, worker {t:.0f}/s, {t / d:.3f}")
    print(f"throughput: {statistics.median(t / d for d, t in rates):.3f} of mlx-lm (median)")


if __name__ == "__main__":
    main()
