"""The JSON API of a running server: STAC and OGC API Features under `/stac`, files and verdicts under `/api`."""
