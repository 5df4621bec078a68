"""Reports of searches: plain data, Markdown, one HTML page, a PNG."""
