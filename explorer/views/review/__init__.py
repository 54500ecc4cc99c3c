"""The review panel, and what all sessions share of a review."""
