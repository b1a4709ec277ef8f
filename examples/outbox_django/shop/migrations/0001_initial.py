import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def first_product(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("shop", "Product").objects.create(name="龙井茶", stock=1)


class Migration(migrations.Migration):
    operations = [  # noqa: RUF012  # as Django writes it
        migrations.CreateModel(name="Product", fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=100)),
            ("stock", models.PositiveIntegerField()),
        ]),
        migrations.CreateModel(name="Order", fields=[
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("phone", models.CharField(max_length=20)),
            ("product", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="shop.product")),
        ]),
        migrations.RunPython(first_product, migrations.RunPython.noop),
    ]
