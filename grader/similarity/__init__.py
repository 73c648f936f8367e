"""Which learners' code is alike, beyond what everybody writes: for an instructor to read."""
