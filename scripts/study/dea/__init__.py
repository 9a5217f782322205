"""Linear programs of productivity models, their certificates, and the indices made of their scores."""
