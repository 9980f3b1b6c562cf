"""What the benches of selling share: a shop, its server, and shoppers who cost next to nothing themselves."""
