"""Files to take away: animations, figures, tables, data, and the code that gives them; no server needed."""
