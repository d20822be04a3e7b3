"""Gloss: a knowledge base whose claims are checked."""
