"""Which mlx-lm the tests run with: the real one where it is installed, otherwise the stand-in in ``stub``."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
REAL = importlib.util.find_spec("mlx_lm") is not None

sys.path[:0] = [str(HERE), str(ROOT / "src/main/python")]
if not REAL:
    sys.path.append(str(HERE / "stub"))

from harness import Worker  # noqa: E402

Start = Callable[..., Worker]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not REAL:
        for item in items:
            if "real" in item.keywords:
                item.add_marker(pytest.mark.skip(reason=f"mlx-lm is not installed for {sys.executable}"))


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts workers and ends them with the test."""
    workers: list[Worker] = []

    def start(model: Any, *options: str, **how: Any) -> Worker:
        workers.append(Worker(model, *options, **how))
        return workers[-1]

    yield start
    for worker in workers:
        worker.close()


@pytest.fixture
def stubbed(start: Start) -> Worker:
    """A worker with the stand-in's model."""
    return start("a/model", stub=True)


@pytest.fixture(scope="session")
def random_model() -> Path:
    """Random weights: its answers are noise."""
    from tiny_model import made

    return made("random")


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """Knows some conversations by heart."""
    from tiny_model import made

    return made("trained")


@pytest.fixture(scope="module")
def worker(trained_model: Path) -> Iterator[Worker]:
    """A worker with the trained model, shared by the tests of a module."""
    worker = Worker(trained_model)
    yield worker
    worker.close()
