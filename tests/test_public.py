"""The public names: what a notebook can rely on."""

import subprocess
import sys

import pytest

import corpus


def test_the_public_names() -> None:
    assert corpus.__all__ == ["CorpusError", "Release", "Version", "open", "versions"]
    for name in corpus.__all__:
        assert getattr(corpus, name).__doc__
    assert {*corpus.__all__} <= {*dir(corpus)}


def test_importing_it_is_light() -> None:
    program = (
        "import corpus, sys; print([one for one in ('polars', 'pyarrow', 'dvc', 'prefect') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("corpus.pipeline.build", {"polars", "pyarrow", "numpy"}),
        # A run that fetches from a thousand hosts at once keeps within 100 MB.
        ("corpus.app.collecting", {"polars", "pyarrow", "numpy", "pydantic"}),
    ],
)
def test_what_only_tables_need_is_not_loaded(module: str, heavy: set[str]) -> None:
    program = f"import {module}, sys; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
