"""The report: one HTML file that says what was asked, what is advised, what it rests on, and how to get it again."""
