"""Lists the versions of a repository and finds those that hold an article. Each object is read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.batches import stored
from corpus.batches.register import RAW
from corpus.batches.tracking import PIN as RAW_PIN
from corpus.errors import CorpusError, DamagedObject, MissingObjects
from corpus.objects.pins import Objects
from corpus.repo.repository import LOCK
from corpus.withdrawal import holding
from corpus.withdrawal.redact import is_successor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corpus.batches.withdrawals import Withdrawal
    from corpus.objects.objectstore import ObjectStore
    from corpus.objects.pins import Pin
    from corpus.repo.repository import Repository

RELEASES: Final = "corpus@v"


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch or tag, by its full name, and its commit."""

    name: str
    commit: str

    @property
    def short(self) -> str:
        """The short name of the ref."""
        return self.name.removeprefix("refs/").removeprefix("heads/").removeprefix("tags/").removeprefix("remotes/")

    @property
    def is_release(self) -> bool:
        """Whether the ref is the tag of a release."""
        return self.name.startswith(f"refs/tags/{RELEASES}")


class Survey:
    """The versions of a repository, with objects from the cache or, if they are missing there, from the remote."""

    def __init__(self, repository: Repository, store: ObjectStore | None) -> None:
        self.repository = repository
        self.objects = Objects(repository)
        self._store = store
        self._entries: dict[str, list[stored.Stored]] = {}
        self._pins: dict[str | None, list[Pin]] = {}

    def again(self) -> Survey:
        """Return a new survey that remembers nothing that may have changed."""
        return Survey(self.repository, self._store)

    def refs(self, *kinds: str) -> list[Ref]:
        """Return branches and tags; `kinds` are such as `refs/heads`."""
        fields = "%(refname)%00%(objectname)%00%(*objectname)%00%(objecttype)%00%(*objecttype)"
        found = []
        for line in self.repository.git("for-each-ref", f"--format={fields}", *kinds).splitlines():
            name, direct, peeled, kind, inner = line.split("\0")
            if "commit" in {kind, inner} and not name.endswith("/HEAD"):
                found.append(Ref(name, peeled or direct))
        return found

    def superseded(self) -> dict[str, str]:
        """Return the commits that a redacted release replaced, each with its tag. Only git is read, no record."""
        found = {}
        for ref in self.refs("refs/tags"):
            if ref.is_release and is_successor(ref.short):
                parent = self.repository.git("rev-parse", "--verify", "--quiet", f"{ref.commit}^1", check=False).strip()
                if parent:
                    found[parent] = ref.short
        return found

    def pins(self, commit: str | None) -> list[Pin]:
        """Return what a commit or the working tree pins; nothing if its dvc.lock cannot be read."""
        if commit not in self._pins:
            try:
                self._pins[commit] = stored.pins_of(self.repository, commit)
            except CorpusError:
                self._pins[commit] = []
        return self._pins[commit]

    def needed(self, commit: str | None) -> Iterator[stored.Stored]:
        """Yield every object that a version needs, as far as its listings are available."""
        for pin in self.pins(commit):
            if pin.cached:
                yield stored.Stored(pin.path, pin.md5)
                yield from self.listed(pin)

    def listed(self, pin: Pin) -> list[stored.Stored]:
        """Return the objects in the listing of a pinned folder; none if it is not a folder or not available."""
        if not pin.is_folder:
            return []
        if pin.md5 not in self._entries:
            try:
                self._entries[pin.md5] = stored.entries(pin, self._listing(pin.md5))
            except (CorpusError, OSError):
                return []
        # One listing may be that of several folders: the names differ, the objects do not.
        return self._entries[pin.md5]

    def names_in(self, md5: str) -> list[str]:
        """Return the md5s in a listing that was read already."""
        return [one.md5 for one in self._entries.get(md5, ())]

    def _listing(self, md5: str) -> bytes:
        path = self.objects.path(md5)
        if path.is_file() or self._store is None:
            return path.read_bytes()
        with self._store.reading(md5) as file:
            content: bytes = file.read()
            return content

    def ensure(self, path: str, md5: str) -> Path:
        """Return an object in the cache; it is fetched from the remote if necessary.

        Raises:
            MissingObjects: Neither the cache nor the remote has the object.
        """
        try:
            found = self.objects.get(md5)
        except DamagedObject:
            if self._store is None:
                raise
            found = None
        if found is None:
            if self._store is None:
                what = f"{path} ({md5})"
                raise MissingObjects("An object of a version is not in the cache, and there is no remote.", [what])
            self._store.fetch(md5, self.objects.path(md5))
        return self.objects.path(md5)

    def tables(self, commit: str | None, seen: set[str]) -> Iterator[tuple[str, Path]]:
        """Yield the shards of a version's tables that were not read before, each with its table.

        Raises:
            MissingObjects: A shard is not available.
        """
        for pin in self.pins(commit):
            if not pin.cached or not pin.is_folder or f"{pin.path}/".startswith(f"{RAW}/"):
                continue
            self.ensure(pin.path, pin.md5)
            for one in self.listed(pin):
                if one.md5 not in seen:
                    seen.add(one.md5)
                    yield pin.path.removeprefix("data/"), self.ensure(one.path, one.md5)

    def holds(self, commit: str | None, withdrawal: Withdrawal, known: dict[str, bool]) -> bool:
        """Return whether a version holds a withdrawn document, if the cache has its objects. `known` is by md5."""
        for one in self.needed(commit):
            if one.md5.endswith(".dir"):
                continue
            if one.md5 not in known:
                path = self.objects.path(one.md5)
                known[one.md5] = holding.is_parquet(path) and holding.holds(path, withdrawal)
            if known[one.md5]:
                return True
        return False

    def history(self) -> list[str]:
        """Return every commit that changed the pins, also commits that no branch has any more."""
        return self.repository.git("rev-list", "--all", "--reflog", "--", LOCK, RAW_PIN).split()
