"""Published tables as typed: what their figures admit and what they contradict."""
