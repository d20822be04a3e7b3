"""What a column counts for in the ranking: title, headings, tags, body, code, signs."""

RANK = "bm25(search_text, 3.0, 2.0, 2.0, 1.0, 1.0, 1.0)"
