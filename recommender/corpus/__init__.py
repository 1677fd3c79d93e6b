"""Article files → articles: the only room that knows what a file looks like."""
