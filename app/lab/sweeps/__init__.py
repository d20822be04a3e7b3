"""Sweeps: one analysis at every point of a grid of parameters, through the queue of all runs."""
