# needs: django psycopg2
"""Django: migrations of its own applications, schema changes, queries of the ORM, inspectdb."""
import io
import sys
from urllib.parse import urlparse

import django
from django.conf import settings

uri = urlparse(sys.argv[1])
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "django.contrib.admin", "django.contrib.messages", "django.contrib.postgres"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "django_check", "USER": uri.username, "PASSWORD": uri.password or "", "HOST": uri.hostname, "PORT": uri.port}},
    USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", SECRET_KEY="x",
)
import psycopg2  # noqa: E402

with psycopg2.connect(sys.argv[1]) as admin:
    pass
admin.autocommit = True
admin.cursor().execute("DROP DATABASE IF EXISTS django_check")
admin.cursor().execute("CREATE DATABASE django_check")
django.setup()
from django.contrib.auth.models import Group, User  # noqa: E402
from django.contrib.postgres.fields import ArrayField  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.db.models import Avg, Count, F, Q, Sum, Window  # noqa: E402
from django.db.models.functions import Lower, RowNumber, TruncMonth  # noqa: E402

call_command("migrate", verbosity=0)


class Shop(models.Model):
    name = models.CharField(max_length=50, unique=True)

    class Meta:
        app_label = "auth"
        db_table = "shop"


class Item(models.Model):
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="items")
    name = models.TextField(db_index=True)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    tags = ArrayField(models.CharField(max_length=10), default=list)
    data = models.JSONField(default=dict)
    made = models.DateTimeField(auto_now_add=True)
    code = models.UUIDField(null=True)
    took = models.DurationField(null=True)

    class Meta:
        app_label = "auth"
        db_table = "item"
        constraints = [models.CheckConstraint(check=Q(price__gte=0), name="price_positive"), models.UniqueConstraint(fields=["shop", "name"], name="one_name")]
        indexes = [models.Index(fields=["-price"], name="by_price")]


with connection.schema_editor() as editor:
    editor.create_model(Shop)
    editor.create_model(Item)
    field = models.IntegerField(default=7, null=True)
    field.set_attributes_from_name("stock")
    editor.add_field(Item, field)
    wider = models.CharField(max_length=90, unique=True)
    wider.set_attributes_from_name("name")
    wider.model = Shop
    editor.alter_field(Shop, Shop._meta.get_field("name"), wider)

shop = Shop.objects.create(name="first")
Item.objects.bulk_create([Item(shop=shop, name=f"i{i}", price=i, tags=["t", str(i)], data={"n": i, "deep": {"k": i % 2}}) for i in range(20)])
assert Item.objects.filter(tags__contains=["3"]).get().price == 3
assert Item.objects.filter(data__deep__k=1).count() == 10
assert Item.objects.aggregate(Sum("price"), Avg("price"))["price__sum"] == 190
assert Item.objects.filter(name__iregex=r"^I1\d$").count() == 10
assert Item.objects.annotate(n=Window(RowNumber(), order_by=F("price").desc())).order_by("n").first().name == "i19"
assert Shop.objects.annotate(n=Count("items", filter=Q(items__price__gt=5))).get().n == 14
assert Item.objects.annotate(month=TruncMonth("made")).values("month").annotate(n=Count("id")).get()["n"] == 20
Item.objects.filter(price__lt=5).update(price=F("price") + 100)
item, created = Item.objects.get_or_create(shop=shop, name="new", defaults={"price": 1})
assert created and not Item.objects.get_or_create(shop=shop, name="new", defaults={"price": 1})[1]
Item.objects.update_or_create(shop=shop, name="new", defaults={"price": 2})
with transaction.atomic():
    Item.objects.select_for_update().get(pk=item.pk)
    try:
        with transaction.atomic():
            Item.objects.create(shop=shop, name="new", price=1)
        raise AssertionError("no unique violation")
    except django.db.IntegrityError as error:
        assert error.__cause__.pgcode == "23505"
user = User.objects.create_user("ada", "a@b.c", "secret")
user.groups.add(Group.objects.create(name="g"))
assert User.objects.filter(groups__name="g", username=Lower("username")).get() == user
text = io.StringIO()
call_command("inspectdb", "item", "shop", stdout=text)
assert "models.ForeignKey('Shop'" in text.getvalue() and "models.JSONField()" in text.getvalue(), text.getvalue()
shop.delete()
assert Item.objects.count() == 0
with connection.schema_editor() as editor:
    editor.delete_model(Item)
    editor.delete_model(Shop)
call_command("flush", "--no-input", verbosity=0)
connection.close()
admin.cursor().execute("DROP DATABASE django_check")
