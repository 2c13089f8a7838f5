"""Programs that try to make the corpus lose or falsify something, not tests. `python -m benchmarks.faults` runs all.

Each module has `COUNT`, a small number of trials, and `run(scratch, count, seed)`, which returns `Trials`; alone it is
`python -m benchmarks.faults.NAME --count N --seed N`. It prints one line of JSON and exits with 1 if it found a fault.
"""
