"""Tables, pages and figures that people read."""
