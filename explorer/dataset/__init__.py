"""What is in a corpus, or in a part of it: numbers as tables, their drawings, and the data card that holds both."""
