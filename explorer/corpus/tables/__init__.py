"""Samples and their labels as tables."""
