"""The map: figure, layers, legend, set of samples."""
