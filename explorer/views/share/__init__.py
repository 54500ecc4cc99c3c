"""The link, files to take away, lines of Python."""
