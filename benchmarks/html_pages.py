"""How well and how fast pages are read: `python -m benchmarks.html_pages FOLDER… [--peers] [--save FILE] [--against FILE]`.

Each FOLDER is a set of pages (`*.html`, `*.html.gz`) with a `gold.jsonl`, one object a page: page, url, and any of title,
authors, published_at, body. Prints for each set the shares of exact titles, days, pages without a day, instants and authors,
the mean F1 of the bodies (`benchmarks.html_scores` says how), and pages a second of processor time on one core.

--peers also asks trafilatura, newspaper4k, htmldate, resiliparse and mediacloud-metadata, where they are installed.
--half A or B takes the pages of one half of the hosts, so that rules can be fitted on one and judged by the other.
--save writes every page's figures; --against such a file of another commit lists the pages that got worse since.
--slowest N profiles the N slowest pages.
"""

from __future__ import annotations

import argparse
import cProfile
import gzip
import hashlib
import json
import pstats
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.html_peers import installed, ours
from benchmarks.html_scores import FIGURES, score
from benchmarks.results import record as keep
from corpus.text import urls

if TYPE_CHECKING:
    from collections.abc import Callable

Record = dict[str, Any]
Page = tuple[Record, bytes]
# Differences of a body's F1 below this are none.
_NOISE = 0.005


def half_of(gold: Record) -> str:
    """Which half of the hosts a page belongs to, by a digest of its registrable domain."""
    domain = urls.publisher(gold.get("url") or "") or gold["page"]
    return "AB"[hashlib.sha256(domain.encode()).digest()[-1] & 1]


def load(folder: Path, half: str | None) -> list[Page]:
    """The pages of a set, with what a person read there."""
    lines = (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [record for record in map(json.loads, lines) if half is None or half_of(record) == half]
    return [(record, _read(folder / record["page"])) for record in gold]


def measure(run: Callable[[bytes, str], Record], pages: list[Page]) -> tuple[list[Record], float]:
    """What a program says of each page, and the seconds of processor time that it took."""
    run(pages[0][1], pages[0][0].get("url") or "")
    began = time.process_time()
    read = [run(data, gold.get("url") or "") for gold, data in pages]
    return read, time.process_time() - began


def means(scores: list[dict[str, float]]) -> dict[str, float]:
    """The mean of each figure over the pages that have it."""
    found: dict[str, list[float]] = defaultdict(list)
    for one in scores:
        for figure, value in one.items():
            found[figure].append(value)
    return {figure: sum(values) / len(values) for figure, values in found.items()}


def report_changes(name: str, now: dict[str, dict[str, float]], before: dict[str, dict[str, float]]) -> None:
    """Print the pages of a set whose figures got worse, and how many got better."""
    better = 0
    for page, scores in now.items():
        for figure, value in scores.items():
            then = before.get(page, {}).get(figure)
            if then is None or abs(value - then) <= _NOISE:
                continue
            if (value < then) is (figure != "none"):
                print(f"  worse: {name} {page} {figure} {then:.3f} -> {value:.3f}")
            else:
                better += 1
    print(f"  better: {better} figures of {name}")


def profile_slowest(pages: list[Page], count: int) -> None:
    """Print how long the slowest pages take, and where."""
    taken = []
    for gold, data in pages:
        began = time.process_time()
        ours(data, gold.get("url") or "")
        taken.append((time.process_time() - began, gold["page"], gold, data))
    slowest = sorted(taken, key=lambda one: -one[0])[:count]
    for seconds, page, _, data in slowest:
        print(f"  {1000 * seconds:7.1f} ms  {len(data):>9,} bytes  {page}")
    profile = cProfile.Profile()
    profile.enable()
    for *_, gold, data in slowest:
        ours(data, gold.get("url") or "")
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(15)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--half", choices=("A", "B"))
    parser.add_argument("--save", type=Path, metavar="FILE")
    parser.add_argument("--against", type=Path, metavar="FILE")
    parser.add_argument("--slowest", type=int, default=0, metavar="N")
    chosen = parser.parse_args()
    before = json.loads(chosen.against.read_text(encoding="utf-8")) if chosen.against else {}
    saved: dict[str, dict[str, dict[str, float]]] = {}
    for folder in chosen.folders:
        pages = load(folder, chosen.half)
        print(f"{folder.name} ({len(pages)} pages)")
        print(f"{'':12}" + "".join(f"{name:>9}" for name in (*FIGURES, "pages/s")))
        for name, run in ({"newscorpus": ours} | (installed() if chosen.peers else {})).items():
            read, seconds = measure(run, pages)
            scores = [score(one, gold) for one, (gold, _) in zip(read, pages, strict=True)]
            figures = means(scores)
            row = [f"{figures[key]:9.3f}" if key in figures else f"{'–':>9}" for key in FIGURES]
            print(f"{name:12}" + "".join(row) + f"{len(pages) / seconds:9.1f}")
            of_set = f"{name}, {folder.name}"
            keep("html_pages", {f"{of_set}: {key} ({len(pages)})": share for key, share in figures.items()}, "share")
            keep("html_pages", {f"{of_set}: pages ({len(pages)})": len(pages) / seconds}, "/s")
            if name == "newscorpus":
                saved[folder.name] = {gold["page"]: one for one, (gold, _) in zip(scores, pages, strict=True)}
        if before:
            report_changes(folder.name, saved[folder.name], before.get(folder.name, {}))
        if chosen.slowest:
            profile_slowest(pages, chosen.slowest)
    if chosen.save:
        chosen.save.write_text(json.dumps(saved, indent=1, ensure_ascii=False), encoding="utf-8")


def _read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


if __name__ == "__main__":
    main()
