"""The tables of a scenario file, each module named after the tables that it declares."""
