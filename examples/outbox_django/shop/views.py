from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.models import Order, Product
from shop.sms import outbox, receiver
from winnerlook import InvalidRequestError


@require_POST
def orders(request: HttpRequest) -> HttpResponse:
    """Order and SMS: both, or none."""
    product = get_object_or_404(Product, pk=request.POST.get("product"))
    try:
        with transaction.atomic():
            order = Order.objects.create(product=product, phone=request.POST.get("phone", ""))
            text = f"您的订单{order.pk}已收到【测试】"
            outbox().put(order.phone, text, reference=f"order-{order.pk}", connection=connection)
            Product.objects.filter(pk=product.pk).update(stock=F("stock") - 1)
    except InvalidRequestError as error:
        return JsonResponse({"error": str(error)}, status=400)
    except IntegrityError:
        return JsonResponse({"error": "sold out"}, status=409)
    return JsonResponse({"order": order.pk}, status=201)


@csrf_exempt  # the gateway has no cookie; the secret says that it is the gateway
def push(request: HttpRequest, secret: str) -> HttpResponse:  # noqa: ARG001  # the receiver looks at the path itself
    content_type, sender = request.headers.get("Content-Type"), request.META["REMOTE_ADDR"]
    answer = receiver().receive(request.method, request.path, request.body, content_type, sender)
    return HttpResponse(answer.text, status=answer.status, headers=dict(answer.headers))
