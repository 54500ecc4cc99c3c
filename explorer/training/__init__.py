"""Samples handed over for training: one store of cubes and labels, split so that neighbours stay together."""
