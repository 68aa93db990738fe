"""Which mlx-lm the tests run with: the real one where it is installed, otherwise the stand-in in ``stub``."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
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


def _made(name: str, make: Callable[[Path], Any]) -> Path:
    """A model that is made once and kept in ``target`` until what makes it changes."""
    version = hashlib.sha256((HERE / "tiny_model.py").read_bytes()).hexdigest()[:12]
    path = Path(os.environ.get("CARAVAN_MLX_MODELS", ROOT / "target/mlx-models")) / f"{name}-{version}"
    if not path.exists():
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        make(unfinished)
        try:
            unfinished.rename(path)
        except OSError:
            shutil.rmtree(unfinished)
    return path


@pytest.fixture(scope="session")
def random_model() -> Path:
    """Random weights: its answers are noise."""
    from tiny_model import write_random

    return _made("random", write_random)


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """Knows some conversations by heart."""
    from tiny_model import write_trained

    return _made("trained", write_trained)


@pytest.fixture(scope="module")
def worker(trained_model: Path) -> Iterator[Worker]:
    """A worker with the trained model, shared by the tests of a module."""
    worker = Worker(trained_model)
    yield worker
    worker.close()
