/** Sets up what the MLX worker needs: a Python, a virtual environment with mlx-lm, the worker itself. */
package dev.caravan.mlx;
