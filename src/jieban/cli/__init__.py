"""The command line: ``jieban`` and what it says."""
