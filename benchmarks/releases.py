"""How long releases take: `python -m benchmarks.releases [--articles N] [--releases N]`. Prints medians in seconds."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.make_seeds import article, make
from benchmarks.results import record
from benchmarks.start_up import ROOT, corpus, median
from corpus.repo.releases import in_tag, releases, tag
from corpus.repo.repository import Repository

OVERALL = "overall: {rows: {min: 1}, rows_change: {min: -0.1}, share_quarantined: {max: 0.1}, schema_changes: {max: 0}}"
EACH = "per_publisher: {rows_change: {min: -0.5}, share_without_date: {max: 0.5}, median_words: {min: 1}}"


def name_often(repository: Repository, count: int) -> None:
    """Tags as `corpus release` makes them, each on a commit of its own."""
    last = releases(repository)[-1]
    head = last.commit
    lines = []
    for minor in range(1, count + 1):
        head = repository.git("commit-tree", f"{head}^{{tree}}", "-p", head, given=f"Release {minor}\n").strip()
        version = f"v1.{minor}.0"
        text = in_tag(f"Version {minor}", {**last.figures, "added": 1, "removed": 0, "changed": 2}, last.digest or "")
        heading = f"object {head}\ntype commit\ntag {tag(version)}\ntagger A <a@example.org> 1700000000 +0000\n\n"
        made = repository.git("mktag", given=heading + text).strip()
        lines.append(f"create refs/tags/{tag(version)} {made}\n")
    repository.git("update-ref", "--stdin", given="".join(lines))
    repository.git("update-ref", "refs/heads/main", head)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--releases", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    runs = options.runs
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "repo"
        corpus(ROOT, "init", str(folder))
        repository = Repository(folder)
        make(folder / "seeds", options.articles)
        repository.git("add", "--all")
        repository.git("commit", "--quiet", "-m", "Seeds")
        corpus(folder, "build")
        figures = {"first release": median(1, lambda: corpus(folder, "release"))}
        name_often(repository, options.releases)
        figures[f"corpus versions, {options.releases + 1} releases"] = median(runs, lambda: corpus(folder, "versions"))
        figures["release, unchanged corpus"] = median(runs, lambda: corpus(folder, "release", "--bump", "patch"))
        params = folder / "params.yaml"
        text = params.read_text(encoding="utf-8")
        params.write_text(text.replace("overall: {}", OVERALL).replace("per_publisher: {}", EACH), encoding="utf-8")
        repository.git("commit", "--quiet", "--all", "-m", "Expect")
        figures["release, unchanged, with expectations"] = median(
            runs, lambda: corpus(folder, "release", "--bump", "patch")
        )
        figures["corpus expect"] = median(runs, lambda: corpus(folder, "expect"))
        number = options.articles

        def one_more() -> None:
            nonlocal number
            number += 1
            (folder / "seeds" / f"more-{number}.txt").write_text(article(number))
            repository.git("add", "seeds")
            repository.git("commit", "--quiet", "-m", "More")
            corpus(folder, "build")

        figures["release, one article more"] = median(runs, lambda: corpus(folder, "release"), one_more)
        figures["corpus cite"] = median(runs, lambda: corpus(folder, "cite"))
        figures["corpus doctor"] = median(runs, lambda: corpus(folder, "doctor"))
    for name, seconds in figures.items():
        print(f"{name:38} {seconds:6.2f} s")
    record("releases", {f"{name} ({options.articles:,})": seconds for name, seconds in figures.items()}, "s")


if __name__ == "__main__":
    main()
