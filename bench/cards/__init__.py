"""What the bench of the customer card needs: a database filled fast, and made cold."""
