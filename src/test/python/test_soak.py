"""Ten thousand requests leave nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import Worker, generate, text

pytestmark = [pytest.mark.real, pytest.mark.long]

WARM_UP, ALL, AT_A_TIME = 3_000, 10_000, 50


def resident(worker: Worker) -> int:
    """Megabytes."""
    status = Path(f"/proc/{worker.process.pid}/status")
    if not status.exists():
        pytest.skip("there is no /proc to read a process's memory from")
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) // 1024


def test_memory_is_flat_over_ten_thousand_requests(start: Any, random_model: Path) -> None:
    # A cache that is full early, so that it turns over all the time.
    worker = start(random_model, "--prompt-cache-bytes", "4MB")
    before = 0
    for n in range(0, ALL, AT_A_TIME):
        if n == WARM_UP:
            before = resident(worker)
        ids = [f"msg_{i}" for i in range(n, n + AT_A_TIME)]
        worker.send(*[generate(id, f"Say {id}.", system=text("Be brief."), max_tokens=4, temperature=1) for id in ids])
        worker.send({"type": "cancel", "id": ids[7]})
        for id in ids:
            worker.answer(id)
        worker.forget()
    after = resident(worker)
    assert after - before <= max(20, before // 10), f"{before} MB after {WARM_UP} requests, {after} MB after {ALL}"
