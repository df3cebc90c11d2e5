"""`python -m assistant.cli` is `causeway`."""

from assistant.cli import main

if __name__ == "__main__":
    main()
