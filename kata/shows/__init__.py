"""`kata show`: the learner's own functions at work, and the models and data that they need."""
