"""SQLite for one machine, or the PostgreSQL that libpq's variables (PGDATABASE, PGHOST, ...) name."""

import os

ALLOWED_HOSTS = ["127.0.0.1"]
SECRET_KEY = "for this example only"
INSTALLED_APPS = ["shop.apps.ShopConfig"]
ROOT_URLCONF = "shop.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024  # above 2.5 MB Django would answer 400 before the receiver can say 413

if "PGDATABASE" in os.environ:
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"]}}
else:
    # Workers write to this file too. A transaction that reads first and writes later would be refused in between, without a wait.
    OPTIONS = {"transaction_mode": "IMMEDIATE", "timeout": 30}
    NAME = os.environ.get("SHOP_DATABASE", "shop.sqlite")
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": NAME, "OPTIONS": OPTIONS}}
