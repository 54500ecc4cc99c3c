"""Reading a corpus: stores, chips, cubes, labels, index, catalog."""
