"""How variables are made of cleaned figures: emissions, exposure, the choices of the config."""
