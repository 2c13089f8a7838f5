"""Cite a release: the digest of its articles, BibTeX, and CITATION.cff (Citation File Format 1.2.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from corpus.batches import register as raw
from corpus.errors import NotFound, UnknownVersion
from corpus.repo.files import write_text
from corpus.repo.releases import releases
from corpus.settings import PARAMS
from corpus.snapshots.snapshot import Snapshot
from corpus.text.plural import count

if TYPE_CHECKING:
    from datetime import date

    from corpus.repo.repository import Repository

CFF: Final = "CITATION.cff"
# What anyone can run on the files of a version to get its digest.
RECOMPUTE: Final = (
    "(cd data/articles && find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 md5sum | sha256sum)"
)
_TITLE: Final = "A news corpus"
# Licences as people write them, as SPDX names them; what is not here is written in words.
_CREATIVE_COMMONS: Final = re.compile(r"cc-(by(?:-nc)?(?:-sa|-nd)?)-(1\.0|2\.0|2\.5|3\.0|4\.0)", re.IGNORECASE)
_SPDX: Final = {
    name.lower(): name for name in ("CC0-1.0", "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0", "Apache-2.0", "MIT", "OGL-UK-3.0")
}
_TEX: Final = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citation:
    """The content of a citation of a release.

    Attributes:
        title: the title of the corpus, from params.yaml of the release.
        version: as `v1.0.0`.
        date: when it was named; for a version without a name, the day of its commit.
        commit: the git commit; None if it was never committed.
        digest: sha256 of its articles, see `digest`.
        author: who named it; None for a version without a name.
        articles: the number of articles, if known.
        url: the address of its repository, if it is on the web.
        licences: the licences of its batches; empty if the licence of any document is unknown.
    """

    title: str
    version: str
    date: date | None
    commit: str | None
    digest: str
    author: str | None
    articles: int | None
    url: str | None
    licences: tuple[str, ...]

    @property
    def spdx(self) -> str | None:
        """Return the licence by its SPDX name, if there is only one and SPDX knows it."""
        return spdx(self.licences[0]) if len(self.licences) == 1 else None


def cite(repository: Repository, version: str | None = None) -> Citation:
    """Return the content of a citation of a release; of the last release by default.

    Raises:
        UnknownVersion: there is no such release.
        NotFound: there is no release yet.
    """
    known = releases(repository)
    if not known:
        raise NotFound("There is no release to cite yet. `corpus release` makes one.")
    asked = None if version is None else f"v{version.removeprefix('corpus@').removeprefix('v')}"
    found = known[-1] if asked is None else next((one for one in known if one.version == asked), None)
    if found is None:
        raise UnknownVersion(version or "", [one.version for one in known])
    files = found.digest
    if files is None:
        # Older tags do not name it.
        files = Snapshot(repository, found.readable).digest()
    return Citation(
        title=_title(repository, found.commit),
        version=found.version,
        date=found.date.date(),
        commit=found.commit,
        digest=files,
        author=found.by or repository.git("show", "--no-patch", "--format=%an", found.commit).strip(),
        articles=found.articles,
        url=_url(repository),
        licences=_licences(repository, found.commit),
    )


def _title(repository: Repository, commit: str) -> str:
    try:
        title = yaml.safe_load(repository.read_at(commit, PARAMS) or "")["report"]["title"]
    except (yaml.YAMLError, KeyError, TypeError):
        return _TITLE
    return " ".join(str(title).split()) or _TITLE


def _url(repository: Repository) -> str | None:
    """Return the repository's address, if it is on the web, without user name and password."""
    url = repository.git("config", "--get", "remote.origin.url", check=False).strip()
    bare = re.sub(r"^(https?://)[^/@]*@", r"\1", url)
    return bare.removesuffix(".git") if re.fullmatch(r"https?://[^\s{}<>\"\\]+", bare) else None


def _licences(repository: Repository, commit: str) -> tuple[str, ...]:
    """Return the licences of a version's batches; nothing if it has seeds or a batch without a known licence."""
    seeds = repository.git("ls-tree", "-r", "-z", "--name-only", commit, "--", "seeds").split("\0")
    if any(name and not name.endswith("/.gitkeep") for name in seeds):
        return ()
    try:
        batches = raw.parse(repository.read_at(commit, raw.BATCHES) or "")
    except (ValueError, TypeError, KeyError, yaml.YAMLError):
        return ()
    named = {batch.licence for batch in batches}
    return () if None in named else tuple(sorted(licence for licence in named if licence))


def spdx(licence: str) -> str | None:
    """Return the SPDX name of a licence; None if SPDX does not know it.

    >>> spdx("CC BY 4.0"), spdx("cc-by-nc-sa-4.0"), spdx("ask first")
    ('CC-BY-4.0', 'CC-BY-NC-SA-4.0', None)
    """
    plain = "-".join(licence.replace("-", " ").split())
    if found := _CREATIVE_COMMONS.fullmatch(plain):
        return f"CC-{found[1].upper()}-{found[2]}"
    return _SPDX.get(plain.lower())


def bibtex(citation: Citation) -> str:
    """Return a citation as a BibTeX entry, without the fields that are not known."""
    name = re.sub(r"[^a-z0-9]+", "-", citation.title.lower()).strip("-") or "corpus"
    counts = [] if citation.articles is None else [count(citation.articles, "article")]
    licence = [f"licence: {'; '.join(citation.licences)}"] if citation.licences else []
    commit = [f"git commit {citation.commit}"] if citation.commit else []
    dated = f" of {citation.date:%Y-%m-%d}" if citation.date else ""
    note = "; ".join([*counts, *commit, f"sha256 of the articles {citation.digest}", *licence])
    fields = {
        "title": f"{{{_tex(citation.title)}}}",
        "author": f"{{{_tex(citation.author)}}}" if citation.author else None,
        "year": str(citation.date.year) if citation.date else None,
        "month": str(citation.date.month) if citation.date else None,
        "version": _tex(citation.version),
        "howpublished": rf"\url{{{citation.url}}}" if citation.url else None,
        "note": _tex(f"Version {citation.version}{dated}; {note}"),
    }
    lines = [f"  {field:12} = {{{value}}}" for field, value in fields.items() if value]
    key = re.sub(r"[^A-Za-z0-9.+-]+", "-", f"{name}-{citation.version}")
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _tex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in " ".join(text.split()))


def cff(citation: Citation) -> str:
    """Return a citation as a CITATION.cff, in version 1.2.0 of that format."""
    identifier = {
        "type": "other",
        "value": f"sha256:{citation.digest}",
        "description": f"Digest of the articles. Recompute it: {RECOMPUTE}",
    }
    values = {
        "cff-version": "1.2.0",
        "message": "If you use this corpus, please cite this version of it.",
        "type": "dataset",
        "title": citation.title,
        "version": citation.version,
        "date-released": citation.date.isoformat() if citation.date else None,
        "commit": citation.commit,
        "authors": [{"name": citation.author}] if citation.author else None,
        "identifiers": [identifier],
        "license": citation.spdx,
        "repository": citation.url,
    }
    kept = {key: value for key, value in values.items() if value}
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=120)


def write(repository: Repository, citation: Citation) -> None:
    """Write CITATION.cff at the root of a repository."""
    write_text(repository.root / CFF, cff(citation))
