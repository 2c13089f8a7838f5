"""The public names: what a notebook can rely on."""

import subprocess
import sys

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


def test_settings_and_collecting_need_no_polars() -> None:
    program = "import corpus.settings, corpus.sources.web.collector, sys; print('polars' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
