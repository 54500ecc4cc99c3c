"""Numbers and pictures from cubes: indices, composites, profiles."""
