"""The samples as points in two dimensions, beside the map."""
