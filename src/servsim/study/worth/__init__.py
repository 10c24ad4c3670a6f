"""What one customer, one newcomer, one mistake is worth: the change of money over the years for one more of them."""
