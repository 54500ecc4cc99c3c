"""What is in the corpus, or in what the map shows of it."""
