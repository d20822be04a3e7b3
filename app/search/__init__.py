"""Search: what a person typed, read as a tree, found in SQLite's full-text index, ranked, shown.

index keeps the entries, query and tree read the question, fts and visible turn it into SQL for
one person, find answers.
"""
