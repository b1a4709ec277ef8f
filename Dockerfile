# The mock as a container: docker build --tag winnerlook-mock .
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY setup.cfg pyproject.toml README.md LICENSE ./
COPY client client
COPY mockserver mockserver
COPY wsdl wsdl
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /dist . \
    && python -m venv /opt/winnerlook \
    && /opt/winnerlook/bin/pip install --no-cache-dir "$(ls /dist/*.whl)[mock]"

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="winnerlook-mock" \
      org.opencontainers.image.description="A simulated Winnerlook SMS gateway, for tests" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/winnerlook /opt/winnerlook
# Without a token in WINNERLOOK_MOCK_TOKEN the mock makes one up for its control API and console, and prints it.
ENV PATH="/opt/winnerlook/bin:${PATH}" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    WINNERLOOK_MOCK_HOST=0.0.0.0 WINNERLOOK_MOCK_PORT=8118
USER 65532:65532
EXPOSE 8118
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
    CMD ["sh", "-c", "exec winnerlook-mock wait --timeout 3 http://127.0.0.1:$WINNERLOOK_MOCK_PORT"]
ENTRYPOINT ["winnerlook-mock"]
CMD ["serve"]
