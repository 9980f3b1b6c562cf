"""Statements of promotions, one function each: rules and limits in `promotions`, coupons and gift cards in `codes`."""
