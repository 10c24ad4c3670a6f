"""Lives and days of single worlds, read off their traces."""
