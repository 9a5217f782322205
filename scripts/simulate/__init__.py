"""The generator of the simulated example; `scripts/simulate_example.py` runs it."""
