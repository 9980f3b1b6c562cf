import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0003_level_by_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(unique=True)),
                ('quantity', models.BigIntegerField()),
                ('reason', models.TextField()),
                ('note', models.TextField(db_default='')),
                ('created_at', models.DateTimeField()),
                ('created_by', models.TextField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_by', models.TextField(db_default='')),
            ],
            options={
                'db_table': 'inventory_correction',
            },
        ),
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.SmallIntegerField()),
                ('opens', models.TimeField()),
                ('closes', models.TimeField()),
                ('minutes', models.IntegerField()),
                ('capacity', models.IntegerField()),
            ],
            options={
                'db_table': 'inventory_opening',
            },
        ),
        migrations.CreateModel(
            name='ParcelDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('capacity_id', models.BigIntegerField(unique=True)),
            ],
            options={
                'db_table': 'inventory_parcel_day',
            },
        ),
        migrations.CreateModel(
            name='SnapshotRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.BigIntegerField()),
                ('location', models.TextField()),
                ('sku', models.TextField()),
                ('quantity', models.BigIntegerField()),
            ],
            options={
                'db_table': 'inventory_snapshot_kept',
            },
        ),
        migrations.RemoveConstraint(
            model_name='snapshot',
            name='inventory_snapshot_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='sourcingrule',
            name='inventory_sourcing_rule_kind',
        ),
        migrations.AddField(
            model_name='location',
            name='daily_parcels',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='decided_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='decided_by',
            field=models.TextField(db_default=''),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='locations',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='origin',
            field=models.TextField(db_default=''),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.CheckConstraint(condition=models.Q(('daily_parcels__isnull', True), ('daily_parcels__gte', 0), _connector='OR'), name='inventory_location_parcels'),
        ),
        migrations.AddConstraint(
            model_name='snapshot',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['staged', 'stopped', 'applied', 'dismissed'])), name='inventory_snapshot_state_known'),
        ),
        migrations.AddConstraint(
            model_name='sourcingrule',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('own_stock', 'fewest_parcels', 'same_city', 'nearest', 'location_order', 'stores_last', 'keep_safety', 'exclude', 'one_parcel'))), name='inventory_sourcing_rule_kind'),
        ),
        migrations.AddField(
            model_name='correction',
            name='level',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.level'),
        ),
        migrations.AddField(
            model_name='opening',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location'),
        ),
        migrations.AddField(
            model_name='parcelday',
            name='location',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.location'),
        ),
        migrations.AddField(
            model_name='snapshotrow',
            name='snapshot',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inventory.snapshot'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ('found', 'missing', 'broken', 'stolen', 'sample', 'mistake'))), name='inventory_correction_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='inventory_correction_moves'),
        ),
        migrations.AddConstraint(
            model_name='opening',
            constraint=models.UniqueConstraint(models.F('location'), models.F('weekday'), models.F('opens'), name='inventory_opening_once'),
        ),
        migrations.AddConstraint(
            model_name='opening',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__range', (0, 6))), name='inventory_opening_weekday'),
        ),
        migrations.AddConstraint(
            model_name='opening',
            constraint=models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='inventory_opening_forward'),
        ),
        migrations.AddConstraint(
            model_name='opening',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__range', (10, 720))), name='inventory_opening_minutes'),
        ),
        migrations.AddConstraint(
            model_name='opening',
            constraint=models.CheckConstraint(condition=models.Q(('capacity__gte', 0)), name='inventory_opening_capacity'),
        ),
        migrations.AddConstraint(
            model_name='parcelday',
            constraint=models.UniqueConstraint(models.F('location'), models.F('day'), name='inventory_parcel_day_once'),
        ),
        migrations.AddConstraint(
            model_name='snapshotrow',
            constraint=models.UniqueConstraint(models.F('snapshot'), models.F('place'), name='inventory_snapshot_kept_once'),
        ),
    ]
