"""The gallery: many samples as small pictures, in an order, to look through, open and mark."""
