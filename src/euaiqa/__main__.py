"""`python -m euaiqa`: the command line, wherever the environment was moved to."""

from euaiqa.cli import main

if __name__ == "__main__":
    main()
