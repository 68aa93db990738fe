"""A stand-in for MLX, for machines without its wheels."""
