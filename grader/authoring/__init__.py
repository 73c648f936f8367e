"""Tools for those who write exercises: check, mutants, stubs and the learner copy."""
