"""What is made of results: nothing here runs a learner's code or changes a verdict."""
