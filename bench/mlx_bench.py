"""What Caravan costs before an MLX model, with a model so small that the cost shows. Run by bench/run mlx."""

from __future__ import annotations

import argparse
import json
import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src/test/python"), str(ROOT / "src/main/python")]

from measure import Direct, Through, _words  # noqa: E402
from tiny_model import made  # noqa: E402

MANY = 100
LONG_PROMPT = 4_000
PIECE = 1 << 16
# Between two looks of the clients of a batch, in seconds: on a machine of their own they would take nothing from the model.
PAUSE = 0.01


class Gateway:
    """./caravan serve with two workers: one that remembers prompts and one that, for comparison, does not."""

    def __init__(self, directory: Path, model: Path, batch: int) -> None:
        def provider(name: str, *options: str) -> str:
            command = json.dumps([sys.executable, "-u", "-m", "caravan_mlx", "--model", str(model), *options])
            environment = json.dumps({"PYTHONPATH": str(ROOT / "src/main/python"), "HF_HUB_OFFLINE": "1"})
            return f"  {name}: {{ dialect: exec, command: {command}, environment: {environment}, workers: {{ queue: 1000 }} }}\n"

        config = directory / "caravan.yaml"
        config.write_text(
            "providers:\n"
            + provider("forgets", "--concurrency", str(batch), "--prompt-cache-bytes", "1KB")
            + provider("remembers", "--concurrency", str(batch)),
            encoding="utf-8",
        )
        self.log = ROOT / "target/bench/mlx-caravan.log"
        environment = {**os.environ, "CARAVAN_CONFIG": str(config), "CARAVAN_PORT": "0", "CARAVAN_HOST": "127.0.0.1"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(ROOT / "caravan"), "serve"], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
            )
        self.port = 0
        until = time.monotonic() + 120
        while not self.port:
            found = re.search(r"Messages API at http://127\.0\.0\.1:(\d+)", self.log.read_text(encoding="utf-8"))
            self.port = int(found[1]) if found else 0
            if not found and (self.process.poll() is not None or time.monotonic() > until):
                raise SystemExit(f"bench: the gateway does not start; see {self.log}")
            time.sleep(0.05)

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(60)


def request(model: str, messages: list[dict[str, str]], max_tokens: int) -> bytes:
    body = json.dumps({"model": f"{model}/x", "messages": messages, "max_tokens": max_tokens, "temperature": 0, "stream": True}).encode()
    head = f"POST /v1/messages HTTP/1.1\r\nhost: caravan\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def user(words: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": words}]


class Answer:
    """One stream, read without looking at it more than needed while the clock runs."""

    def __init__(self, connection: socket.socket, asked: bytes) -> None:
        self.connection, self.data = connection, bytearray()
        self.begun = time.perf_counter()
        self.first = self.ended = 0.0
        connection.sendall(asked)

    def read(self) -> bool:
        """Takes what has come; true at the end."""
        piece = self.connection.recv(PIECE)
        now = time.perf_counter()
        self.data += piece
        if not self.first and b'"text_delta"' in self.data:
            self.first = now
        if not piece or b"event: message_stop" in piece or b"event: message_stop" in self.data[-60:] or b"event: error" in piece:
            self.ended = now
        return bool(self.ended)

    def whole(self) -> Answer:
        while not self.read():
            pass
        return self

    @property
    def ok(self) -> bool:
        return b"event: message_stop" in self.data and b"event: error" not in self.data

    @property
    def usage(self) -> dict[str, Any]:
        told = re.findall(rb"event: message_delta\r?\ndata: (.*)", self.data)
        return dict(json.loads(told[-1])["usage"]) if told else {}

    @property
    def tokens(self) -> int:
        return int(self.usage.get("output_tokens", 0))

    @property
    def first_ms(self) -> float:
        return (self.first - self.begun) * 1000


def together(connections: list[socket.socket], asked: list[bytes], pause: float = 0) -> list[Answer]:
    """Sends all, in this order, and reads all as they come, or with a pause between looks at what has come."""
    selector = selectors.DefaultSelector()
    answers = []
    for connection, each in zip(connections, asked, strict=True):
        answers.append(Answer(connection, each))
        selector.register(connection, selectors.EVENT_READ, answers[-1])
    left = len(answers)
    while left:
        time.sleep(pause)
        for key, _ in selector.select():
            if key.data.read():
                selector.unregister(key.fileobj)
                left -= 1
    return answers


def drained(connection: socket.socket) -> None:
    """The last chunk may come behind the last event."""
    connection.settimeout(0.05)
    try:
        while connection.recv(1 << 16):
            pass
    except TimeoutError:
        pass
    connection.settimeout(120)


class Measurement:
    def __init__(self, model: Path, gateway: Gateway, batch: int, tokens: int, rounds: int) -> None:
        self.gateway, self.batch, self.tokens, self.rounds = gateway, batch, tokens, rounds
        self.direct, self.worker = Direct(model), Through(model, batch)
        self.connections = [gateway.connect() for _ in range(batch)]
        self.rows: list[tuple[str, str]] = []
        self.floors: list[tuple[str, str, bool]] = []

    def ask(self, model: str, messages: list[dict[str, str]], max_tokens: int) -> Answer:
        answer = Answer(self.connections[0], request(model, messages, max_tokens)).whole()
        drained(self.connections[0])
        if not answer.ok:
            raise SystemExit(f"bench: not answered: {answer.data[-400:]!r}")
        return answer

    def batch_rate(self) -> float:
        asked = [request("forgets", user(_words(i)), self.tokens) for i in range(self.batch)]
        answers = together(self.connections, asked, PAUSE)
        for connection in self.connections:
            drained(connection)
        return sum(answer.tokens for answer in answers) / (max(a.ended for a in answers) - min(a.begun for a in answers))

    def warm(self) -> None:
        for _ in range(40):
            self.ask("forgets", user(_words(0)), 20)
        for _ in range(10):
            self.direct.first_token()
            self.worker.first_token()
        for _ in range(8):
            self.batch_rate()
        self.worker.throughput(self.batch, self.tokens)
        self.direct.throughput(self.batch, self.tokens)

    def first_token(self) -> None:
        ours, theirs = [], []
        # In turn, so that a machine that is busy for a while slows both.
        for _ in range(self.rounds * 20):
            theirs.append(self.worker.first_token() * 1000)
            ours.append(self.ask("forgets", user(_words(0)), 2).first_ms)
        share = statistics.median(ours) - statistics.median(theirs)
        self.rows.append(("first token at the client, median (ms)", f"{statistics.median(ours):.2f}"))
        self.rows.append(("first token at the worker's pipe, median (ms)", f"{statistics.median(theirs):.2f}"))
        self.rows.append(("Caravan's share of the first token, median (ms)", f"{share:.2f}"))
        self.floors.append(("Caravan's share of the first token below 20 ms", f"{share:.2f} ms", share < 20))

    def events(self) -> None:
        shares = []
        for _ in range(self.rounds):
            answer = self.ask("forgets", user(_words(0)), self.tokens)
            ours = (answer.ended - answer.first) / max(1, answer.tokens - 1)
            alone = 1 / self.worker.throughput(1, self.tokens)
            shares.append((ours - alone) * 1000)
        share = statistics.median(shares)
        self.rows.append(("added to each event of one stream, median (ms)", f"{share:.3f}"))
        self.floors.append(("less than 1 ms added to each event", f"{share:.3f} ms", share < 1))

    def throughput(self) -> None:
        rates = []
        for _ in range(self.rounds):
            direct = self.direct.throughput(self.batch, self.tokens)
            rates.append((direct, self.worker.throughput(self.batch, self.tokens), self.batch_rate()))
        for at, name in enumerate(["mlx-lm's BatchGenerator", "the worker, at its pipe", "Caravan, over HTTP"]):
            rate = statistics.median(each[at] for each in rates)
            self.rows.append((f"{self.batch} x {self.tokens} tokens, {name} (tokens/s)", f"{rate:,.0f}"))
        worker, ratio = (statistics.median(each[at] / each[0] for each in rates) for at in (1, 2))
        self.rows.append(("the worker's throughput beside mlx-lm's, median of ratios", f"{worker:.3f}"))
        self.rows.append(("Caravan's throughput beside mlx-lm's, median of ratios", f"{ratio:.3f}"))
        self.floors.append(("at least 0.95 of mlx-lm's throughput", f"{ratio:.3f}", ratio >= 0.95))

    def second_turn(self) -> None:
        prompt = user("Once upon a time there was a caravan. " * (LONG_PROMPT // 38))
        first = self.ask("remembers", prompt, 20)
        turn = [*prompt, {"role": "assistant", "content": "So it was."}, {"role": "user", "content": "And then?"}]
        second = self.ask("remembers", turn, 20)
        self.rows.append(("first turn: tokens read; first token (ms)", f"{first.usage['input_tokens']:,}; {first.first_ms:.0f}"))
        self.rows.append(
            (
                "second turn: tokens read, from the cache; first token (ms)",
                f"{second.usage['input_tokens']:,}, {second.usage['cache_read_input_tokens']:,}; {second.first_ms:.0f}",
            )
        )
        new = int(second.usage["input_tokens"])
        self.floors.append(("the second turn reads the new tokens only (fewer than 200)", str(new), new < 200))

    def many(self) -> None:
        connections = [self.gateway.connect() for _ in range(MANY)]
        asked = [request("forgets", user(_words(i)), 40) for i in range(MANY)]
        answers = together(connections, asked)
        failed = sum(not answer.ok for answer in answers)
        order = sorted(range(MANY), key=lambda i: answers[i].first or 1e9)
        displaced = max(abs(place - i) for place, i in enumerate(order))
        last = max(answer.ended for answer in answers) - answers[0].begun
        self.rows.append((f"{MANY} at once: failed; all answered after (s)", f"{failed}; {last:.2f}"))
        self.rows.append((f"{MANY} at once: farthest from the order of sending (places)", str(displaced)))
        self.floors.append((f"none of {MANY} at once failed", str(failed), failed == 0))
        self.floors.append(("first tokens in the order of sending, within two batches", str(displaced), displaced <= 2 * self.batch))
        for connection in connections:
            connection.close()


def report(measured: Measurement, quick: bool) -> str:
    lines = [
        "# Caravan before an MLX model",
        "",
        f"- date: {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}",
        f"- mlx-lm {version('mlx-lm')}, mlx {version('mlx')}, Python {sys.version.split()[0]}, {os.cpu_count()} cores",
        "- the model: random weights, 2 layers of width 64, a token a printable character; "
        f"{measured.rounds} rounds" + (", quick" if quick else ""),
        "",
        "| Measured | |",
        "|---|---:|",
        *[f"| {name} | {value} |" for name, value in measured.rows],
        "",
        "| What Caravan holds itself to | measured | met |",
        "|---|---:|---:|",
        *[f"| {name} | {value} | {'yes' if met else 'no'} |" for name, value, met in measured.floors],
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    p = argparse.ArgumentParser(prog="bench/run mlx")
    p.add_argument("--quick", action="store_true", help="one round: shows that everything works, its numbers say little")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--tokens", type=int, default=768)
    p.add_argument("--rounds", type=int, default=5, help="how often each measurement is taken, in turn with what it is compared with")
    p.add_argument("--check", action="store_true", help="exit with 1 when Caravan misses one of its floors")
    args = p.parse_args()
    rounds = 1 if args.quick else args.rounds
    place = ROOT / "target/bench"
    place.mkdir(parents=True, exist_ok=True)
    model = made("random")
    with tempfile.TemporaryDirectory() as directory:
        gateway = Gateway(Path(directory), model, args.batch)
        try:
            measured = Measurement(model, gateway, args.batch, args.tokens, rounds)
            for step in (measured.warm, measured.first_token, measured.events, measured.throughput, measured.second_turn, measured.many):
                print(f"bench: {step.__name__.replace('_', ' ')}", file=sys.stderr, flush=True)
                step()
            measured.worker.close()
        finally:
            gateway.close()
    told = report(measured, args.quick)
    (place / "mlx.md").write_text(told, encoding="utf-8")
    print(told, end="")
    if args.check and not all(met for _, _, met in measured.floors):
        sys.exit(1)


if __name__ == "__main__":
    main()
