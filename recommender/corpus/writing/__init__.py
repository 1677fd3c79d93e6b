"""Lists into article files: only the generated entries' own bytes change."""
