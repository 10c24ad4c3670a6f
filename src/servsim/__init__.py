"""servsim: how much time should a business invest in each customer relationship, and what will it bring?"""
