import json
from typing import Any


def parse_tool_call(text: str, tools: Any = None) -> Any:
    return json.loads(text.strip())
