"""Stands before a package of this name, as though that were not installed.

jsonschema imports it where it can, to check addresses with letters of all languages, of which
notebooks have none; it takes half of the seconds that each command of nbgrader's needs to start.
"""

raise ImportError("left out of the tests, since it takes seconds to import")
