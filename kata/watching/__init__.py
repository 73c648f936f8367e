"""`kata watch`: save, and see at once what the visible tests say."""
