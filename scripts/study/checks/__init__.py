"""Units, plausibility and cleaning: what a figure must be before the study takes it."""
