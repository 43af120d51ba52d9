def row(*cells: str) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cell.ljust(43 if i == 0 else 16) for i, cell in enumerate(cells)) + " |"
