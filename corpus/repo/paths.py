"""The paths of a corpus repository that more than one package names, from its root."""

from __future__ import annotations

from typing import Final

PIPELINE: Final = "dvc.yaml"
LOCK: Final = "dvc.lock"
ENGINE: Final = "engine.yaml"
BATCHES: Final = "batches.yaml"
WITHDRAWN: Final = "withdrawn.yaml"
SEEDS: Final = "seeds"
RAW: Final = "data/raw"
