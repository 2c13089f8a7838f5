"""`python -m tests.golden`: write every record anew, for review as a diff."""

from tests.golden import DOCUMENTS, record

for document in DOCUMENTS:
    document.with_name(f"{document.name}.json").write_text(record(document), encoding="utf-8")
