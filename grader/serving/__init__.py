"""Grading for a program that stays up: a process of its own, spoken to over a pipe."""
