"""What a column counts for in the ranking: title, headings, tags, body, code, signs."""

WEIGHTS = (3.0, 2.0, 2.0, 1.0, 1.0, 1.0)
K1, B = 1.2, 0.75  # as FTS5 has them
RANK = f"bm25(search_text, {', '.join(map(str, WEIGHTS))})"
