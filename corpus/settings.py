"""Read params.yaml as one frozen object. It has all settings that can change a byte of the data, and the expectations.

Each section is a DVC `params:` dependency of the stage of its name. No stage depends on `expectations`, because they
change no data. Unknown keys and bad values are refused together, each by name. Settings that change no data (workers,
addresses, log levels) are options or environment variables.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from corpus.errors import SettingsError
from schemas.expected import OF_PUBLISHERS, Effect, Figure
from schemas.rights import Ground, Purpose, Unknown
from schemas.rules import RULES, Check, Severity

if TYPE_CHECKING:
    from pathlib import Path

PARAMS = "params.yaml"
_MAX_PARAMS = 1_000_000


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_by_name=True, validate_by_alias=True)


# YAML and JSON have no common type for these, so a string is what the file holds.
Day = Annotated[date, Field(strict=False)]


# What a row of JSON, CSV or Parquet can say of an article.
Field_ = Literal[
    "title",
    "text",
    "url",
    "date",
    "modified",
    "captured",
    "authors",
    "publisher",
    "publication",
    "page",
    "edition",
    "accession",
    "language",
    "description",
    "section",
    "keywords",
]


class Ingest(_Section):
    """How documents are read."""

    max_bytes: int = Field(20_000_000, ge=1_000, le=200_000_000)
    max_seconds: int = Field(20, ge=1, le=3_600)
    numeric_dates: Literal["by-language", "day-first", "month-first"] = "by-language"
    columns: dict[Field_, list[str]] = Field(default_factory=dict)
    publications: dict[str, str] = Field(default_factory=dict)

    @property
    def parsing(self) -> tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]:
        """What parsers depend on, as a value that can be a key: `numeric_dates` and `columns`."""
        return self.numeric_dates, tuple((name, tuple(given)) for name, given in sorted(self.columns.items()))


class Validate(_Section):
    """What is allowed in, and what a failed check does."""

    min_words: int = Field(20, ge=0)
    title_length: tuple[int, int] = Field((3, 400), strict=False)
    earliest_date: Day = date(1605, 1, 1)
    latest_date: Day | None = None
    severity: dict[Annotated[Check, Field(strict=False)], Annotated[Severity, Field(strict=False)]] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _ordered(self) -> Validate:
        low, high = self.title_length
        if not 0 <= low <= high:
            raise ValueError(f"title_length: {low} to {high} is no range of lengths")
        if self.latest_date is not None and self.latest_date < self.earliest_date:
            raise ValueError("latest_date lies before earliest_date")
        soft = [c.value for c, s in self.severity.items() if RULES[c].fixed and s is not Severity.BLOCK]
        if soft:
            raise ValueError(f"severity: {', '.join(soft)} must block, because otherwise there would be no article")
        return self


# Paragraphs that sites add to and exchange in texts that stay what they are.
READ_MORE = (
    "read more", "read also", "also read", "read next", "more on this story", "see also", "related articles",
    "related stories", "recommended for you",
    "lire aussi", "à lire aussi", "lesen sie auch", "mehr zum thema", "lea también", "leer más", "lea además",
    "leggi anche", "leia também", "leia mais", "читайте также", "lees ook", "läs också", "czytaj także",
)  # fmt: skip


class Resolve(_Section):
    """When two documents are one article, and two articles have one text."""

    duplicates: Literal["mark", "drop", "exact", "ignore"] = "mark"
    threshold: float = Field(0.8, ge=0.5, le=1)
    ngram: int = Field(5, ge=1, le=50)
    sketch: int = Field(24, ge=8, le=256)
    containment: float = Field(0.9, ge=0.5, le=1)
    containment_grams: int = Field(30, ge=1)
    minor_change: float = Field(0.0, ge=0, le=0.5)
    ignored_paragraphs: list[Annotated[str, Field(min_length=1, max_length=100)]] = list(READ_MORE)
    url_reuse: Literal["keep", "split"] = "keep"
    url_reuse_below: float = Field(0.2, ge=0, le=1)


class Report(_Section):
    """What the report shows."""

    title: str = Field("A news corpus", min_length=1, max_length=200)
    top: int = Field(15, ge=1, le=200)


class Rights(_Section):
    """What articles must allow to be exported. Changes no byte of the corpus."""

    purpose: Annotated[Purpose, Field(strict=False)] | None = None
    exclude: list[Annotated[Ground, Field(strict=False)]] = Field(default_factory=list)
    unknown: Annotated[Unknown, Field(strict=False)] = Unknown.EXCLUDE


class Bounds(_Section):
    """The least and the most that is expected of a figure, and what it does if that is not met."""

    min: float | None = Field(None, allow_inf_nan=False)
    max: float | None = Field(None, allow_inf_nan=False)
    on_min: Annotated[Effect, Field(strict=False)] = Effect.FAIL
    on_max: Annotated[Effect, Field(strict=False)] = Effect.WARN

    @model_validator(mode="after")
    def _ordered(self) -> Bounds:
        if self.min is not None and self.max is not None and self.max < self.min:
            raise ValueError(f"{self.min:g} to {self.max:g} is no range")
        return self


class Expectations(_Section):
    """What is expected of the corpus before it is released. Changes no byte of it."""

    overall: dict[Annotated[Figure, Field(strict=False)], Bounds] = Field(default_factory=dict)
    per_publisher: dict[Annotated[Figure, Field(strict=False)], Bounds] = Field(default_factory=dict)
    least_articles: int = Field(1, ge=1)
    silent_days: int = Field(30, ge=1, le=36_500)

    @model_validator(mode="after")
    def _of_publishers(self) -> Expectations:
        wrong = [figure.value for figure in self.per_publisher if figure not in OF_PUBLISHERS]
        if wrong:
            raise ValueError(f"per_publisher: {', '.join(wrong)} can be expected only of the complete corpus")
        return self


class Settings(_Section):
    """All of params.yaml. A section left out has its defaults."""

    ingest: Ingest = Ingest()
    validate_: Validate = Field(Validate(), alias="validate")
    resolve: Resolve = Resolve()
    report: Report = Report()
    rights: Rights = Rights()
    expectations: Expectations = Expectations()

    def section(self, stage: str) -> dict[str, Any]:
        """Return one section as plain JSON values, for the key of a shard; empty for a stage without a section."""
        sections = self.model_dump(mode="json", by_alias=True)
        section: dict[str, Any] = sections.get(stage, {})
        return section


def load(root: Path) -> Settings:
    """Read params.yaml of the repository at `root`.

    Raises:
        SettingsError: the file is absent, is no YAML mapping, or has unknown keys or bad values.
    """
    path = root / PARAMS
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SettingsError(path, [f"it cannot be read: {error.strerror}"]) from None
    return parse(raw, path)


def parse(raw: bytes, path: Path) -> Settings:
    """Settings in the bytes of a params.yaml.

    Args:
        raw: the file's content.
        path: what to call it in an error.

    Raises:
        SettingsError: it is no YAML mapping, or has unknown keys or bad values.
    """
    import yaml

    if len(raw) > _MAX_PARAMS:
        raise SettingsError(path, [f"it has {len(raw):,} bytes; that is too large for a settings file"])
    try:
        values = yaml.safe_load(raw)
    except RecursionError:
        raise SettingsError(path, ["it is nested too deep"]) from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise SettingsError(path, [f"it is not valid YAML: {' '.join(str(error).split())}"]) from None
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise SettingsError(path, [f"it holds a {type(values).__name__}, not a mapping of sections"])
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(path, [_fault(detail) for detail in error.errors()]) from None


def rights_of(raw: bytes, path: Path) -> Rights:
    """Return the section `rights` of a params.yaml; others may be of an engine that is older or newer.

    Args:
        raw: the file's content.
        path: what to call it in an error.

    Raises:
        SettingsError: the section has unknown keys or bad values.
    """
    import yaml

    try:
        values = yaml.safe_load(raw[:_MAX_PARAMS])
    except (yaml.YAMLError, ValueError, RecursionError):
        values = None
    section = values.get("rights") if isinstance(values, dict) else None
    try:
        return Rights.model_validate(section or {})
    except ValidationError as error:
        raise SettingsError(path, [f"rights.{_fault(detail)}" for detail in error.errors()]) from None


def _fault(detail: Any) -> str:
    where = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    message = detail["msg"].removeprefix("Value error, ")
    if where.startswith("validate.severity.") and detail["loc"][-1] == "[key]":
        return f"{where}: no such check. reports/dictionary.md lists them"
    if where.startswith(("expectations.overall.", "expectations.per_publisher.")) and detail["loc"][-1] == "[key]":
        return f"{where}: no such figure. There are {', '.join(Figure)}"
    if detail["type"] == "extra_forbidden":
        return f"{where}: unknown key"
    if detail["type"] in {"value_error", "missing"}:
        return f"{where}: {message}"
    shown = repr(detail["input"])
    return f"{where}: {message[0].lower()}{message[1:]}, found {shown[:80]}"
