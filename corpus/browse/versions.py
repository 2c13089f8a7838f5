"""The versions of one repository that pages are of: opened when they are first asked for, the last few kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from corpus.browse.locating import Places, rows
from corpus.browse.opened import Opened
from corpus.errors import CorpusError
from corpus.repo.releases import releases, resolve
from corpus.repo.repository import LOCK
from corpus.snapshots.asof import AsOf, capture_day
from corpus.snapshots.foreign import is_address, public
from corpus.snapshots.opening import open_version
from corpus.snapshots.snapshot import Snapshot
from corpus.snapshots.version import Version

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.objects.pins import Pinned
    from corpus.repo.releases import Release

_MOST: Final = 8


class Versions:
    """Opens versions of a repository. Several threads may ask at once.

    Attributes:
        repository: which.
        rev: the version of addresses that name no other; None for the working tree.
        as_of: the day of addresses that name no other; None for versions as they are.
        repo: the git URL by which others open the repository; None of one in a folder.
    """

    def __init__(self, rev: str | None, repo: str | Path = ".", as_of: str | None = None) -> None:
        """Open the version that pages are of where their address names no other.

        Args:
            rev: a release, tag, branch or commit; the working tree by default, or HEAD of a git URL.
            repo: a folder in a corpus repository, or a git URL.
            as_of: a day, as 2026-03-01.

        Raises:
            UsageError: there is no such repository, version or day.
            CorpusError: the version cannot be read.
        """
        first = open_version(rev, repo)
        self.repository = first.repository
        self.rev = first.name if rev is None and first.commit is not None else rev
        self.as_of = None if as_of is None else capture_day(as_of).isoformat()
        self.repo = public(repo) if isinstance(repo, str) and is_address(repo) else None
        self._places = Places()
        self._opened: OrderedDict[tuple[str, str, str], Opened] = OrderedDict()
        self._lock = threading.Lock()
        self._times_let_go = 0

    def open(self, rev: str | None = None, as_of: str | None = None) -> Opened:
        """Return a version.

        Args:
            rev: as the address of a page names it; that of the server unless given.
            as_of: likewise.

        Raises:
            UsageError: there is no such version or day.
        """
        # A day is the server's own only with the server's own version.
        day = as_of if as_of is not None or rev is not None else self.as_of
        rev = self.rev if rev is None else rev
        # A branch moves, and so does the working tree: what is kept is kept by content.
        state = resolve(self.repository, rev) if rev is not None else self._state()
        key = (rev or "", state, "" if day is None else capture_day(day).isoformat())
        with self._lock:
            before = self._times_let_go
            if (known := self._opened.get(key)) is not None:
                self._opened.move_to_end(key)
                return known
        version = Version(Snapshot.of(self.repository, rev))
        made = Opened(version if day is None else AsOf(version, capture_day(day)), self._places, day, self.repo)
        with self._lock:
            if before == self._times_let_go:
                made = self._opened.setdefault(key, made)
            while len(self._opened) > _MOST:
                self._opened.popitem(last=False)
        return made

    def let_go(self) -> None:
        """Drop the versions that are open; they are opened again when they are asked for."""
        with self._lock:
            for opened in self._opened.values():
                # What a page counts meanwhile must not get beside an index that is made after a withdrawal.
                opened.index = None
            self._opened.clear()
            self._places = Places()
            self._times_let_go += 1

    def _state(self) -> str:
        """Return what changes when the working tree is built anew."""
        try:
            found = (self.repository.root / LOCK).stat()
        except OSError:
            return ""
        return f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"

    def releases(self) -> list[Release]:
        """Return the releases of the repository, oldest first."""
        return releases(self.repository)

    def holding(self, article_id: str, opened: Opened) -> tuple[list[tuple[Release, int]], list[Release]]:
        """Return the releases that have an article, each with the revision that it has, and those that are unread.

        A file that several releases share is read once.

        Args:
            article_id: of the article.
            opened: a version that has it. If its index tells in which file, its other files are not read.
        """
        known = opened.place(article_id)
        others = set() if known is None else {file.md5 for file, _ in opened.files("articles")}
        found: list[tuple[Release, int]] = []
        unread: list[Release] = []
        for release in self.releases():
            try:
                files = self._at_hand(release)
                if known is not None and files is not None and any(file.md5 == known[0].md5 for file, _ in files):
                    places = [known[1]]
                else:
                    unknown = [(file, path) for file, path in files or () if file.md5 not in others]
                    places = self._places.find(unknown, article_id)
                read = [one for path, row in places for one in rows(path, [row], ("article_id", "revision"))]
            except CorpusError:
                files, read = None, []
            if files is None:
                unread.append(release)
            found += [(release, int(row["revision"])) for row in read if row["article_id"] == article_id]
        return found, unread

    def _at_hand(self, release: Release) -> list[tuple[Pinned, Path]] | None:
        """Return the files of a release's articles; None if the cache lacks some: nothing is fetched for this."""
        # One question to git for each release: there may be hundreds.
        lock = self.repository.git("cat-file", "blob", f"{release.readable}:{LOCK}", check=False)
        snapshot = Snapshot.of_lock(self.repository, release.readable, release.version, lock)
        pin = snapshot.outputs.get("data/articles")
        files = [] if pin is None else snapshot.objects.files(pin)
        paths = [snapshot.objects.get(file.md5) for file in files or ()]
        if files is None or None in paths:
            return None
        return [(file, path) for file, path in zip(files, paths, strict=True) if path is not None]
