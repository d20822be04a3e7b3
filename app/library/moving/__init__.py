"""Other addresses for notes, and links that go on meaning what they meant."""
