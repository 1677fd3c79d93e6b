"""The pictures of the page, one file each, all drawn with the same few strokes."""
