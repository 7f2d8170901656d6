"""Leaf tools without product words: clock, ids, sealing, page tokens, callers. Nothing here does I/O at import."""
