"""Which samples: filters, areas, queries by space, label and time."""
