"""From bytes to cells: files of any format, tables with their places, a ready panel."""
