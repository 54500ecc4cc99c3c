"""`python -m explorer`."""

from explorer.cli import app

if __name__ == "__main__":
    app(prog_name="explorer")
