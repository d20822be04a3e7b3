"""The judge of anchoring: where marks land after edits, and where they should.

Nothing here imports `app`. What is judged runs in a process of its own (`subject`).
"""
