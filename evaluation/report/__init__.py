"""Reports: one JSON document, and the pages that are made from it alone."""
