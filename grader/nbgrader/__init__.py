"""All that needs nbgrader: its commands with our sandbox, and its gradebook."""
