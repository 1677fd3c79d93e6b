"""Sample data and benchmarks. Uses the recommender's public names only."""
