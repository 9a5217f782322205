"""Words and labels as people write them: numbers, regions, headings, periods."""
