"""The page as a whole: its head, its regions, what goes on when the corpus fails."""
