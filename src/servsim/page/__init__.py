"""The page to play with: a desk's settings as sliders, and what they change, in a browser on this machine.

`serve` binds it to loopback, `guard` lets nobody else in, `app` names its addresses, `asking` and `rounds` answer a
question while the hand rests, of more and more years (`ongoing`) in more and more replications, and stop when the next
question comes or the browser leaves.
"""
