"""Make the listing of a folder as DVC stores it, by DVC's own tree. This is the only place that writes listings.

`corpus.objects.pins` reads listings, which are untrusted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.objects.entries import FOLDER

if TYPE_CHECKING:
    from collections.abc import Mapping


class Listing(NamedTuple):
    """The listing of a folder.

    Attributes:
        data: its bytes, as the cache keeps them.
        md5: the name of the object, which ends in `.dir`.
    """

    data: bytes
    md5: str


def listing(files: Mapping[str, str], folder: str = "") -> Listing:
    """Return the listing that DVC makes of a folder.

    Args:
        files: the md5 of each file, by its path from the root.
        folder: the path of the folder from the root; by default the paths are from the folder itself.
    """
    from dvc_data.hashfile.hash_info import HashInfo  # half a second, so only for those who need a listing
    from dvc_data.hashfile.tree import Tree

    tree: Any = Tree.from_list([])
    for path, md5 in files.items():
        inside = path.removeprefix(f"{folder}/") if folder else path
        tree.add(tuple(inside.split("/")), None, HashInfo("md5", md5))
    tree.digest()
    md5 = str(tree.oid)
    if not md5.endswith(FOLDER):
        raise AssertionError(f"DVC names a folder {md5}, which does not end in {FOLDER}")
    return Listing(tree.as_bytes(), md5)
