from typing import Any


def make_sampler(temp: float, top_p: float = 0.0, top_k: int = 0) -> Any:
    return (temp, top_p, top_k)
