"""Run learners' code where it can do no harm and see no secret.

The grader (this package) holds the hidden tests and judges. A zygote, started afresh, has
imported numpy and knows nothing; it forks one confined child for each module of a submission.
The code of those two processes is in `inside/`, files that stand alone and never import the
course. One socket of plain data joins both sides (`inside/wire.py`).
"""
