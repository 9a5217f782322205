"""The package that every rule's script imports; it knows nothing of Snakemake.

Imports go one way: scripts -> plan -> publishers, audit, output -> checks, variables, dea, regression -> files -> words
-> helpers.
"""
