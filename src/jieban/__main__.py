"""``python -m jieban`` is the same as ``jieban``."""

from jieban.cli.main import main

if __name__ == "__main__":
    main()
