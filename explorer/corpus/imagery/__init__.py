"""From a chip's bytes to cubes."""
