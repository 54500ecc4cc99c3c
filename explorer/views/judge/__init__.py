"""The panel that judges a model, or another map, beside the labels."""
