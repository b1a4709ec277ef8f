"""SOAP by way of zeep; the only package that imports it. `codec` serves the clients, `transport` code already on zeep."""

from winnerlook._soap.codec import SoapCodec, _compiled

__all__ = ["SoapCodec", "_compiled"]
