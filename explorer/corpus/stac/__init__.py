"""STAC catalogs, read and written."""
