"""Beyond one machine: stages of tasks from file to file, which an engine spreads over a cluster.

The other rooms are called, not copied; `on_ray` alone knows Ray.
"""
