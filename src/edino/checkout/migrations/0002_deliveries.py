from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('checkout', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeliveryMethod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.TextField(unique=True)),
                ('names', models.JSONField()),
                ('currency', models.CharField(max_length=3)),
                ('zones', models.JSONField()),
                ('position', models.IntegerField(db_default=100)),
                ('is_active', models.BooleanField(db_default=True)),
            ],
            options={
                'db_table': 'checkout_delivery_method',
            },
        ),
    ]
