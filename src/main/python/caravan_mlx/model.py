"""Loads a model and tells what it is."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx_lm import load
from mlx_lm.models.cache import KVCache, make_prompt_cache
from mlx_lm.utils import hf_repo_to_path

from caravan_mlx.errors import Fatal
from caravan_mlx.sampling import Defaults

Json = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """A model in memory."""

    name: str
    model: Any
    tokenizer: Any
    context_length: int | None
    defaults: Defaults
    vocabulary: int

    @property
    def batchable(self) -> bool:
        """Whether its caches can be joined, so that several requests are generated at a time."""
        return all(hasattr(cache, "merge") for cache in make_prompt_cache(self.model))

    @property
    def cuttable(self) -> bool:
        """Whether its caches can always be cut back to an earlier token. Those with windows and states cannot."""
        return all(type(cache) is KVCache for cache in make_prompt_cache(self.model))


def load_model(name: str, adapter_path: str | None, max_context: int | None, trust_remote_code: bool) -> Model:
    """Loads a model from a directory or, by its name, from the hub's cache or the hub.

    Raises:
        Fatal: it cannot be loaded.
    """
    path = Path(name).expanduser()
    if _is_path(name):
        _check_directory(path)
    if adapter_path is not None and not Path(adapter_path).is_dir():
        raise Fatal(f"no such directory of an adapter: {adapter_path}")
    try:
        model, tokenizer, config = load(
            str(path) if path.exists() else name,
            tokenizer_config={"trust_remote_code": trust_remote_code},
            adapter_path=adapter_path,
            return_config=True,
            trust_remote_code=trust_remote_code,
        )
    except Exception as e:
        raise Fatal(_reason(name, e)) from e
    directory = path if path.exists() else hf_repo_to_path(name)
    return Model(
        name=name,
        model=model,
        tokenizer=tokenizer,
        context_length=_context_length(config, tokenizer, max_context),
        defaults=_defaults(directory),
        vocabulary=len(tokenizer),
    )


def _is_path(name: str) -> bool:
    return name.startswith((".", "~", os.sep)) or name.count("/") != 1 or Path(name).exists()


def _check_directory(path: Path) -> None:
    if not path.exists():
        raise Fatal(f"no such directory: {path}")
    if not path.is_dir():
        raise Fatal(f"not a directory: {path}")
    if not (path / "config.json").is_file():
        raise Fatal(f"not a model: {path} has no config.json")
    if not any(path.glob("model*.safetensors")):
        raise Fatal(f"not a model for MLX: {path} has no model*.safetensors")


def _reason(name: str, fault: Exception) -> str:
    kind = type(fault).__name__
    first = next(iter(str(fault).strip().splitlines()), "")[:500]
    if out_of_memory(fault):
        return f"out of memory while loading {name}: {first}"
    if kind in ("RepositoryNotFoundError", "GatedRepoError", "HFValidationError"):
        return f"no such model, neither a directory nor on the hub: {name}"
    if kind in ("LocalEntryNotFoundError", "OfflineModeIsEnabled", "ConnectError", "ConnectionError"):
        return f"{name} is no directory and not in the hub's cache, and the hub cannot be reached"
    return f"cannot load {name}: {kind}: {first}"


def out_of_memory(fault: BaseException) -> bool:
    """Whether memory was short: MLX says so in the text of a RuntimeError."""
    text = str(fault).lower()
    return isinstance(fault, MemoryError) or any(
        sign in text for sign in ("unable to allocate", "out of memory", "bad_alloc", "insufficient memory")
    )


def _context_length(config: Json, tokenizer: Any, most: int | None) -> int | None:
    inner = config.get("text_config")
    known = config.get("max_position_embeddings") or (inner.get("max_position_embeddings") if isinstance(inner, dict) else None)
    if not isinstance(known, int):
        # Tokenizers that do not know either say 10^30.
        told = getattr(tokenizer, "model_max_length", None)
        known = int(told) if isinstance(told, (int, float)) and told < 10**9 else None
    return min(filter(None, (known, most)), default=None)


def _defaults(directory: Path) -> Defaults:
    """The sampling that the model's makers advise."""
    try:
        advice = json.loads((directory / "generation_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Defaults()
    if not isinstance(advice, dict):
        return Defaults()
    if advice.get("do_sample") is False:
        return Defaults(temperature=0.0)

    def number(key: str, otherwise: float) -> float:
        value = advice.get(key)
        return float(value) if isinstance(value, (int, float)) else otherwise

    return Defaults(number("temperature", 1.0), number("top_p", 1.0), int(number("top_k", 0)))


def memory_bytes() -> int:
    """What MLX holds: the model, the caches, and what it keeps to use again."""
    return int(mx.get_active_memory() + mx.get_cache_memory())
