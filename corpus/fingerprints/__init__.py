"""Which code and which libraries decide the bytes of a stage, and a digest of them.

Belongs here: reading our own source as syntax. Nothing is imported or executed for it. `syntax` writes a piece of code
as text that is the same for all that does the same; `modules` takes a file apart; `reach` follows names from a stage to
what it uses; `libraries` finds the packages behind imports; `covered` puts it together and remembers it.

A module or package that cannot change a byte of a table (progress, locks, processes) has `__fingerprint__ = False`:
names are not followed into it. Such a module imports none that can.
"""

__fingerprint__ = False
