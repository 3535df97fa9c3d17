"""The benchmarks: each figure beside its floor, measured in one run. Times are real here, so floats are fine."""
