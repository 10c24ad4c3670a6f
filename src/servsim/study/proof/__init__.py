"""The proof: closed forms, desks that have them, twins, laws."""
