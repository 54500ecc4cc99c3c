"""What everything else stands on: settings, errors, logs, the corpus's grid, products and classes. Imports nothing of the rooms above."""
