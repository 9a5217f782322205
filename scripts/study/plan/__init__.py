"""What the study is: its config, its catalog of raw tables, what it needs and what is there."""
