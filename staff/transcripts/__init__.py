"""A completed interview as files and as text to paste."""
