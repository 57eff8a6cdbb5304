"""Reports as text tables, Markdown, HTML, JSON and CSV. Sees reports and nothing below."""
