from django.db import models


class Product(models.Model):
    name = models.CharField(max_length=100)
    stock = models.PositiveIntegerField()  # the database refuses one below 0


class Order(models.Model):
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    phone = models.CharField(max_length=20)
