from django.urls import path

from shop.views import orders, push

urlpatterns = [path("orders", orders), path("push/<str:secret>", push)]
