"""Writes README.md of an export: a data card with the header that the Hugging Face Hub reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml

from corpus.releases.citation import Citation, bibtex
from corpus.report import card
from corpus.report.untrusted import markdown, one_line

if TYPE_CHECKING:
    from corpus.export.contents import Contents

# So many publishers and languages are named.
_TOP: Final = 20
# The Hub's names of licences that texts come under; another note is `other`.
_HUB_LICENCES: Final = frozenset(
    {
        "cc0-1.0", "cc-by-2.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nd-4.0",
        "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0",
        "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "odc-by", "odbl", "pddl", "apache-2.0", "mit", "etalab-2.0",
    }
)  # fmt: skip
_SIZES: Final = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"),
)  # fmt: skip


def text(contents: Contents) -> str:
    """Return the content of README.md."""
    about, found = contents.about, contents.holdings
    facts = [
        ("version", f"`{about.name}`"),
        *([("git commit", f"`{about.commit}`")] if about.commit else []),
        ("articles, as dvc.lock pins them", f"`md5:{about.md5}`"),
        *([("made by", f"newscorpus {markdown(about.engine)}")] if about.engine else []),
        *card.figures(found),
    ]
    files = ((f"`{file.path}`", f"{file.rows:,}", f"{file.bytes:,}") for file in contents.files)
    return "\n".join([
        "---", yaml.safe_dump(header(contents), sort_keys=False, allow_unicode=True).rstrip(), "---", "",
        f"# {markdown(about.title)}", "", card.summary(found), "",
        *card.table(("", ""), facts),
        *_selected(contents),
        "## Load it", "", *_loading(contents), "",
        *card.body(found, contents.columns, top=_TOP, licences=about.licences),
        "## Cite it", "", *_cited(contents), "",
        "## Files", "",
        *card.table(("file", "articles", "bytes"), files),
        _MORE, "",
    ])  # fmt: skip


_MORE: Final = (
    "`dictionary.md` says what each column means and how it is written, `LICENCES.md` what was noted of rights, "
    "`ledger.json` what is in and what was left out, with the sha256 of each file, and `metadata.json` the same for "
    "programs (Croissant)."
)


def header(contents: Contents) -> dict[str, Any]:
    """Return the YAML header: the values that the Hub indexes, and the files that `datasets.load_dataset` reads."""
    found = contents.holdings
    languages = sorted({group.name.partition("-")[0] for group in found.languages if group.name})
    stems = list(contents.parts)
    # The Hub calls a single part `train`, so its own name is not used.
    parts = zip(stems if len(stems) > 1 else ["train"], stems, strict=True)
    values: dict[str, Any] = {
        "pretty_name": one_line(contents.about.title),
        "license": _licence(contents),
        "language": languages,
        "size_categories": [next((name for limit, name in _SIZES if found.articles < limit), "n>100M")],
        "tags": ["news", "newscorpus"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": contents.pattern(stem)} for split, stem in parts],
            }
        ],
    }
    return {name: value for name, value in values.items() if value}


def _licence(contents: Contents) -> str | list[str]:
    """Return the Hub's name for the rights: `unknown` if there is no note, `other` if the Hub has no name for it."""
    notes = {contents.about.licences.get(batch.name or "") for batch in contents.holdings.batches}
    if notes <= {None}:
        return "unknown"
    names = {re.sub(r"[^a-z0-9.]+", "-", (note or "").lower()).strip("-") for note in notes}
    if not names <= _HUB_LICENCES:
        return "other"
    return next(iter(names)) if len(names) == 1 else sorted(names)


def _selected(contents: Contents) -> list[str]:
    asked = contents.selection.as_dict()
    if contents.split_seed is not None:
        asked["parted by seed"] = contents.split_seed
    if not asked:
        return []
    rows = [(name, markdown(", ".join(value) if isinstance(value, list) else value)) for name, value in asked.items()]
    left = [(f"left out by {name}", f"{count:,}") for name, count in contents.left_out.items()]
    return ["## Selection", "", *card.table(("filter", ""), [*rows, *left])]


def _loading(contents: Contents) -> list[str]:
    first = contents.pattern(next(iter(contents.parts)))
    line = contents.format.reading(first)
    return [
        "```python", "import polars as pl", "", line, "```", "",
        "```python", "from datasets import load_dataset", "", 'load_dataset("path/to/this/folder")', "```",
    ]  # fmt: skip


def _cited(contents: Contents) -> list[str]:
    about = contents.about
    citation = Citation(
        title=one_line(about.title), version=f"v{about.number}" if about.number else about.name, date=about.day,
        commit=about.commit, digest=about.digest, author=None, articles=None, url=None, licences=(),
    )  # fmt: skip
    return ["```bibtex", bibtex(citation).replace("`", "'").rstrip("\n"), "```"]
