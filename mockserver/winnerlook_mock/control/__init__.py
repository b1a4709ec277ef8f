"""The control API: everything that `MockServer` and `MockAccount` can do, over HTTP below ``/_mock/``.

`routes` is the table that all else is made of: what is answered (`application`), what is documented (`openapi`, `page`), what is checked
(`checking`). Starlette is imported by `application` and what belongs to it; importing this package costs nothing.
"""
