"""Releases: `corpus release`, `corpus versions`, `corpus expect` and `corpus cite`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from corpus.cli.pipeline import wait_option
from corpus.cli.show import echo, json_option, print_json, print_table, safe
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.app.release import Preview, Released
    from corpus.releases.expectations import Finding
    from corpus.releases.naming import Plan
    from corpus.repo.releases import Release
    from corpus.snapshots.removed import Mark


@click.command()
@click.argument("version", required=False)
@click.option(
    "--version",
    "number",
    metavar="VERSION",
    help="The version number, as v1.2.0. You can also give it as the argument.",
)
@click.option(
    "--bump",
    type=click.Choice(["auto", "major", "minor", "patch"]),
    help="Which part of the number goes up. The default, auto, depends on what changed.",
)
@click.option("-m", "--message", help="A message that describes this version.")
@click.option("--push", is_flag=True, help="Publish it: first the data, then the commit and the tag.")
@click.option("--dry-run", is_flag=True, help="Show the number, why, and the entry of CORPUS.md; change nothing.")
@wait_option
@json_option
def release(
    version: str | None,
    number: str | None,
    bump: str | None,
    message: str | None,
    push: bool,
    dry_run: bool,
    wait: float,
    as_json: bool,
) -> int:
    """Name this version of the corpus: tag `corpus@vX.Y.Z`.

    Without a number, the last one goes up: the first part if columns were removed or have another type, the second if
    articles were added or removed or columns added, the third if articles were corrected. Writes the
    entry of CORPUS.md, commits it with dvc.lock, engine.yaml, batches.yaml, data/raw.dvc and reports/, and tags that
    commit.

    Refused while stages are out of date, the ledger does not balance, an expectation of params.yaml fails, anything
    else is uncommitted, the DVC cache lacks objects, or git is in the middle of something.
    """
    from corpus.app import release as releasing
    from corpus.releases.numbering import Bump
    from corpus.repo.repository import find

    if version and number:
        raise click.UsageError("Give the version only once.")
    request = releasing.Request(version or number, Bump(bump) if bump else None, message, push)
    if dry_run:
        return _show_preview(releasing.preview(find(), request), as_json)

    def named(made: Released) -> None:
        _warn(made.plan)
        if not as_json:
            _print_named(made)

    done = releasing.release(find(), request, wait=wait, named=named, tell=_tell)
    _print_released(done, as_json)
    return 0


def _tell(line: str) -> None:
    echo(line, err=True)


def _warn(planned: Plan) -> None:
    for warning in planned.gate.warnings:
        echo(click.style("warning: ", fg="yellow") + safe(warning), err=True)


def _show_preview(found: Preview, as_json: bool) -> int:
    planned, reasons = found.plan, found.refused
    if as_json:
        print_json("release --dry-run", {"version": planned.version, "why": planned.why, "refused": reasons,
                    "warnings": planned.gate.warnings, "changes": planned.changes, "entry": planned.entry})  # fmt: skip
        return 1 if reasons else 0
    _warn(planned)
    if reasons:
        echo("Would not release:")
        for reason in reasons:
            echo("\n".join(f"  {safe(line)}" for line in reason.split("\n")))
    else:
        echo(f"Would release {planned.version} ({safe(planned.why)}).")
    if planned.entry:
        echo("\n" + "\n".join(safe(line) for line in planned.entry.splitlines()))
    return 1 if reasons else 0


def _print_named(made: Released) -> None:
    released = made.release
    size = f", {count(released.articles, 'article')}" if released.articles is not None else ""
    if made.is_new:
        echo(f"Released {released.tag} ({released.commit[:10]}{size}; {safe(made.plan.why)}).")
    else:
        echo(f"{released.version} is released already; nothing changed since.")


def _print_released(made: Released, as_json: bool) -> None:
    released, plan, pushed = made.release, made.plan, made.pushed
    if as_json:
        print_json("release", {"release": released, "new": made.is_new, "why": plan.why,
                    "changes": plan.changes, "warnings": plan.gate.warnings, "pushed": pushed})  # fmt: skip
        return
    echo(f'Read it:    corpus.open("{released.tag}")')
    if pushed is None:
        echo("Publish it: corpus release --push")
        for missing in made.missing:
            echo(f"  first: {missing}")
        return
    again = f", {pushed.sent_again:,} of them sent again" if pushed.sent_again else ""
    echo(f"Pushed:     {count(pushed.objects, 'object')} to {pushed.remote}, all there{again}")
    what = f"{pushed.branch} and {released.tag}" if pushed.branch else released.tag
    echo(f"            {safe(what)} to {safe(pushed.git)}")


@click.command()
@json_option
def versions(as_json: bool) -> None:
    """List the releases, oldest first, with their figures; marks those from which articles were withdrawn."""
    from dataclasses import asdict

    from corpus.app.release import listed
    from corpus.repo.repository import find

    found = listed(find())
    if as_json:
        print_json("versions", [{**asdict(one.release), "withdrawn": one.withdrawn} for one in found])
    elif not found:
        echo("No releases yet. `corpus release` names the first.")
    else:
        marked = ["withdrawn from"] if any(one.withdrawn for one in found) else []
        print_table(
            ["version", "date", "articles", "added", "removed", "changed", "commit", *marked, "message"],
            [
                (
                    one.release.version,
                    f"{one.release.date:%Y-%m-%d}",
                    *(_figure(one.release, name) for name in ("articles", "added", "removed", "changed")),
                    one.release.commit[:10],
                    *(_withdrawn(one.withdrawn) for _ in marked),
                    one.release.message,
                )
                for one in found
            ],
        )


def _withdrawn(mark: Mark | None) -> str:
    return f"{mark.date}; now {mark.successor.partition('@')[2]}" if mark else ""


def _figure(release: Release, name: str) -> str:
    return f"{release.figures[name]:,}" if name in release.figures else ""


@click.command()
@click.option("--against", metavar="VERSION", help="The version to compare with; the last release by default.")
@json_option
def expect(against: str | None, as_json: bool) -> int:
    """Compare the built corpus with `expectations` in params.yaml and with the last release.

    Shows each figure and its bounds. Exit 1 if an expectation fails; then `corpus release` is refused.
    """
    from corpus.app.expect import expect as compare
    from corpus.repo.repository import find

    found = compare(find(), against)
    if as_json:
        print_json("expect", {"against": found.against, "failed": found.failed, "figures": found.figures})
    else:
        _print_findings(found.figures, found.against)
    return 1 if found.failed else 0


def _print_findings(found: Sequence[Finding], against: str | None) -> None:
    from corpus.releases.expectations import amount
    from schemas.expected import MEANINGS, Scope, Verdict

    overall = [one for one in found if one.scope is Scope.OVERALL]
    print_table(
        ["figure", "found", "expected", "", "what it is"],
        [
            (
                one.figure,
                f"{amount(one.found)}{f' ({one.detail})' if one.detail else ''}",
                "" if one.verdict is Verdict.NONE else one.expected,
                "" if one.verdict is Verdict.NONE else one.verdict,
                MEANINGS[one.figure],
            )
            for one in overall
        ],
    )
    each = [one for one in found if one.scope is Scope.PUBLISHER]
    missed = [one for one in each if one.verdict in {Verdict.FAILED, Verdict.WARNED}]
    if each:
        echo(f"{count(len(each), 'figure')} of publishers, {len(missed):,} not as expected.")
    for one in missed:
        echo(f"{one.verdict}: {safe(one)}")
    judged = [one for one in found if one.verdict is not Verdict.NONE]
    counts = ", ".join(
        f"{sum(one.verdict is verdict for one in judged):,} {name}"
        for verdict, name in ((Verdict.MET, "met"), (Verdict.WARNED, "warned"), (Verdict.FAILED, "failed"),
                              (Verdict.UNKNOWN, "unknown"))
    )  # fmt: skip
    compared = f"against {against}" if against else "there is no release to compare with"
    echo(f"{count(len(judged), 'expectation')}: {counts} ({safe(compared)}).")


@click.command()
@click.argument("version", required=False)
@click.option("--cff", is_flag=True, help="Print a CITATION.cff instead of BibTeX.")
@click.option("--write", is_flag=True, help="Write CITATION.cff at the root of the repository.")
@json_option
def cite(version: str | None, cff: bool, write: bool, as_json: bool) -> None:
    r"""Show how to cite a release (the last one unless given), as BibTeX or CITATION.cff.

    Names the version, its date, the commit, and the digest of the articles, which anyone can compute again:
    `(cd data/articles && find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum | sha256sum)`.
    """
    from corpus.releases import citation
    from corpus.repo.repository import find

    repository = find()
    found = citation.cite(repository, version)
    if write:
        citation.write(repository, found)
        echo(f"Wrote {citation.CFF} for {found.version}. Commit it.", err=as_json)
    if as_json:
        print_json(
            "cite",
            {**{name: getattr(found, name) for name in found.__dataclass_fields__}, "recompute": citation.RECOMPUTE},
        )
    elif cff:
        echo(citation.cff(found), nl=False)
    elif not write:
        echo(citation.bibtex(found), nl=False)
