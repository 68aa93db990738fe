from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from . import EOS, stream_generate
from .models.cache import KVCache


class TextStateMachine:
    """Looks for strings that lead from one state to another. A state at run time is (name, machine's edges, held back text)."""

    def __init__(self, transitions: Any = None) -> None:
        self._edges = transitions or {}

    def make_state(self, initial: str = "normal") -> Any:
        return initial, self._edges, ""

    @staticmethod
    def split(state: Any, text: str) -> Any:
        name, edges, held = state
        text = held + text
        parts = []
        while True:
            found = [(text.find(word), word, to) for word, to in edges.get(name, ()) if word in text]
            if not found:
                break
            at, word, to = min(found)
            parts.append((name, text[:at]))
            text, name = text[at + len(word) :], to
        words = [word for word, _ in edges.get(name, ())]
        keep = next((n for n in range(len(text), 0, -1) if any(w.startswith(text[-n:]) for w in words)), 0)
        parts.append((name, text[: len(text) - keep]))
        return (name, edges, text[len(text) - keep :]), parts

    @staticmethod
    def flush(state: Any) -> Any:
        name, edges, held = state
        return (name, edges, ""), held, name


def make_stop_sequences(tokenizer: Any, stop_words: Any = None) -> Any:
    return tokenizer.eos_token_ids


def make_text_state_machine(tokenizer: Any, stop_words: Any = None) -> TextStateMachine:
    return TextStateMachine(
        {
            "normal": [("<think>", "reasoning"), ("<tool_call>", "tool")],
            "reasoning": [("</think>", "normal"), ("<tool_call>", "tool")],
            "tool": [("</tool_call>", "normal")],
        }
    )


class BatchGenerator:
    """As many generators as there are sequences, each asked for a token in turn."""

    def __init__(self, model: Any, completion_batch_size: int, prefill_batch_size: int, prefill_step_size: int) -> None:
        self.prefill_step_size = prefill_step_size
        self._model = model
        self._new: list[int] = []
        self._running: dict[int, tuple[list[KVCache], Iterator[Any]]] = {}
        self._count = 0

    def close(self) -> None:
        pass

    def insert_segments(self, segments: Any, max_tokens: Any, caches: Any, all_tokens: Any, **options: Any) -> list[int]:
        uid, self._count = self._count, self._count + 1
        cache = caches[0] or [KVCache()]
        prompt = [token for segment in segments[0] for token in segment]
        said = stream_generate(self._model, None, prompt, max_tokens[0], prompt_cache=cache)  # type: ignore[arg-type]
        self._new.append(uid)
        self._running[uid] = cache, said
        self._sizes = len(prompt)
        return [uid]

    @property
    def prompt_cache_nbytes(self) -> int:
        return sum(cache[0].nbytes for cache, _ in self._running.values())

    def next(self) -> Any:
        if self._new:
            new, self._new = self._new, []
            return [SimpleNamespace(uid=uid, progress=(self._sizes, self._sizes), end_of_prompt=True) for uid in new], []
        out = []
        for uid, (cache, said) in list(self._running.items()):
            r = next(said)
            last = r.finish_reason is not None
            if last:
                del self._running[uid]
            out.append(
                SimpleNamespace(
                    uid=uid,
                    token=r.token,
                    finish_reason=r.finish_reason,
                    prompt_cache=cache if last else None,
                    all_tokens=[t for t in cache[0].tokens if t != EOS] if last else None,
                )
            )
        return [], out

    def remove(self, uids: list[int], return_prompt_caches: bool = False) -> Any:
        gone = {uid: self._running.pop(uid)[0] for uid in uids if uid in self._running}
        return {uid: (cache, list(cache[0].tokens)) for uid, cache in gone.items()}
