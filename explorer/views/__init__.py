"""The page's views: each draws the selection, and changes it."""
