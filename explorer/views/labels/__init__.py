"""The labels panel."""
