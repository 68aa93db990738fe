"""What can go wrong, in the terms of the protocol."""

from __future__ import annotations

import sys
import traceback


class Fatal(Exception):
    """Ends the worker. The message says why to whoever configured it."""


class RequestError(Exception):
    """Ends one request with an ``error`` line; ``kind`` is one of the Messages API's error types."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


def invalid(message: str) -> RequestError:
    """An error that the client made."""
    return RequestError("invalid_request_error", message)


def log(message: str) -> None:
    """Writes a line to standard error. Never prompt text: what stands there goes to logs."""
    print(f"caravan-mlx: {message}", file=sys.stderr, flush=True)


def log_fault(what: str, fault: BaseException) -> None:
    """Tells where a fault happened but not its message, since messages of libraries repeat the prompt."""
    frames = "".join(traceback.format_tb(fault.__traceback__)).rstrip()
    log(f"{what}: {type(fault).__name__}\n{frames}")
