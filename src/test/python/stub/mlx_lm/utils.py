from pathlib import Path


def hf_repo_to_path(name: str) -> Path:
    return Path(name)
