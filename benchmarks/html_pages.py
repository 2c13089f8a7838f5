"""How well and how fast pages are read: `python -m benchmarks.html_pages FOLDER [--peers]`.

FOLDER holds pages (`*.html`, `*.html.gz`) and `gold.jsonl` with one object a page: page, title, authors, published_at, body.
Prints, for this parser and with --peers for trafilatura, newspaper4k and resiliparse where they are installed: the shares of
exact titles, days, instants and authors, the mean token F1 of the bodies, and pages a second on one core.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import re
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.results import record as keep
from corpus.formats import parser_of
from corpus.formats.article import Document

if TYPE_CHECKING:
    from collections.abc import Callable

Record = dict[str, Any]
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def ours(data: bytes, url: str) -> Record:
    """This package's parser."""
    parser = parser_of("text/html", "by-language")
    if parser is None:
        raise LookupError("text/html")
    said = parser.parse(Document(data, "text/html", "page", url))
    return {
        "title": said.title,
        "authors": said.authors,
        "published_at": str(said.published_at or said.published_date or ""),
        "text": said.text,
    }


def trafilatura(data: bytes, _: str) -> Record:
    """With metadata, in its usual mode."""
    import trafilatura as peer

    said = json.loads(peer.extract(data, output_format="json", with_metadata=True) or "{}")
    return {
        "title": said.get("title"),
        "authors": (said.get("author") or "").split("; "),
        "published_at": said.get("date") or "",
        "text": said.get("text") or "",
    }


def newspaper4k(data: bytes, url: str) -> Record:
    """Its Article, from HTML that is at hand."""
    import newspaper

    article = newspaper.Article(url)
    article.download(input_html=data.decode("utf-8", "replace"))
    article.parse()
    return {
        "title": article.title,
        "authors": article.authors,
        "published_at": str(article.publish_date or ""),
        "text": article.text,
    }


def resiliparse(data: bytes, _: str) -> Record:
    """Main content only: it reads no metadata."""
    from resiliparse.extract.html2text import extract_plain_text

    text = extract_plain_text(data.decode("utf-8", "replace"), main_content=True, alt_texts=False, links=False)
    return {"title": None, "authors": (), "published_at": "", "text": text}


def folded(text: object) -> str:
    """Without case and runs of white space."""
    return " ".join(str(text or "").split())


def tokens(text: str) -> Counter[str]:
    """Its words; of writing without spaces, its characters."""
    found: Counter[str] = Counter()
    for word in re.findall(r"\w+", text.lower()):
        found.update(word if _CJK.search(word) else [word])
    return found


def f1(said: str, gold: str) -> float:
    """Of the bags of tokens."""
    ours_, theirs = tokens(said), tokens(gold)
    hit = (ours_ & theirs).total()
    return 2 * hit / (ours_.total() + theirs.total()) if hit else 0.0


def score(said: Record, gold: Record) -> Counter[str]:
    """What one page adds to each figure."""
    found: Counter[str] = Counter(pages=1, body=f1(said["text"], gold["body"]))  # type: ignore[arg-type]
    found["title"] = int(folded(said["title"]) == folded(gold["title"]))
    if gold["authors"]:
        found["signed"] = 1
        found["authors"] = int(
            {folded(a).casefold() for a in said["authors"]} == {folded(a).casefold() for a in gold["authors"]}
        )
    wanted = datetime.fromisoformat(gold["published_at"])
    try:
        moment = datetime.fromisoformat(said["published_at"])
    except ValueError:
        return found
    if moment.tzinfo and wanted.tzinfo:
        found["instant"] = int(abs((moment - wanted).total_seconds()) < 1)
        found["day"] = int(wanted.date() in {moment.date(), moment.astimezone(wanted.tzinfo).date()})
    else:
        found["instant"] = int(moment == wanted)
        found["day"] = int(moment.date() == wanted.date())
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", action="store_true")
    chosen = parser.parse_args()
    lines = (chosen.folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [json.loads(line) for line in lines]
    pages = [_read(chosen.folder / record["page"]) for record in gold]
    peers: dict[str, Callable[[bytes, str], Record]] = {"newscorpus": ours}
    if chosen.peers:
        known = {"trafilatura": trafilatura, "newspaper": newspaper4k, "resiliparse": resiliparse}
        peers |= {name: run for name, run in known.items() if importlib.util.find_spec(name)}
    print(f"{'':12}" + "".join(f"{name:>9}" for name in ("title", "day", "instant", "authors", "body", "pages/s")))
    for name, run in peers.items():
        run(pages[0], gold[0].get("url", ""))
        began = time.perf_counter()
        said = [run(page, record.get("url", "")) for page, record in zip(pages, gold, strict=True)]
        speed = len(pages) / (time.perf_counter() - began)
        total: Counter[str] = Counter()
        for one, record in zip(said, gold, strict=True):
            total.update(score(one, record))
        shares = [total[key] / len(gold) for key in ("title", "day", "instant")]
        shares += [total["authors"] / max(total["signed"], 1), total["body"] / len(gold)]
        print(f"{name:12}" + "".join(f"{share:9.3f}" for share in shares) + f"{speed:9.1f}")
        named = dict(zip(("title", "day", "instant", "authors", "body"), shares, strict=True))
        keep("html_pages", {f"{name}: {what} ({len(gold)})": share for what, share in named.items()}, "share")
        keep("html_pages", {f"{name}: pages ({len(gold)})": speed}, "/s")


def _read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


if __name__ == "__main__":
    main()
