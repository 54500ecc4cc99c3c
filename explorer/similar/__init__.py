"""What resembles what: named tables of features of samples, and the samples that are nearest to one, by them."""
