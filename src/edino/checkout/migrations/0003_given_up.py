from django.db import migrations, models

GIVEN_UP = """
UPDATE checkout_purchase AS bought SET given_up = true
  FROM checkout_cart AS cart
 WHERE cart.id = bought.cart_id AND NOT bought.given_up
   AND (bought.state = 'released' OR (bought.state = 'parked' AND cart.state NOT IN ('buying', 'ordered')));
"""


class Migration(migrations.Migration):
    """Late money of a purchase that was given up parks it beside the one by which the cart was bought since."""

    dependencies = [("checkout", "0002_deliveries")]

    operations = [
        migrations.RunSQL(GIVEN_UP, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="purchase", name="checkout_purchase_one_per_cart"),
        migrations.AddConstraint(
            model_name="purchase",
            constraint=models.UniqueConstraint(
                fields=["cart"], condition=models.Q(given_up=False), name="checkout_purchase_one_per_cart"
            ),
        ),
        migrations.AddConstraint(
            model_name="purchase",
            constraint=models.CheckConstraint(
                condition=~models.Q(state="released") | models.Q(given_up=True),
                name="checkout_purchase_released_is_given_up",
            ),
        ),
    ]
