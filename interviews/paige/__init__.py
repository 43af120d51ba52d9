"""Paige, the interviewer: what she knows (brief), what she asks (guide) and how a model is told (prompt)."""
