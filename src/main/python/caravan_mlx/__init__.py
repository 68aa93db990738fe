"""A worker for Caravan: keeps an MLX model in memory and answers many requests, a JSON object a line, over standard input and output."""
