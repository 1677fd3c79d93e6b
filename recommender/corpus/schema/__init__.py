"""What front matter means: each site's keys → the fields of an `Article`."""
