# syntax=docker/dockerfile:1
# One image for all processes; what runs is the command: `python -m gateway`, `python -m inventory_api.projector`, …

FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/seatstream
COPY requirements.lock ./
RUN /opt/seatstream/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY inventory_stream/ inventory_stream/
COPY inventory_api/ inventory_api/
COPY venue_api/ venue_api/
COPY fraud_api/ fraud_api/
COPY gateway/ gateway/
COPY simulator/ simulator/
RUN /opt/seatstream/bin/pip install --no-cache-dir --no-build-isolation --no-deps .

FROM python:3.13-slim
# A number, so that Kubernetes can see that it is not root.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin seatstream
COPY --from=build /opt/seatstream /opt/seatstream
ENV PATH=/opt/seatstream/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /tmp
USER 10001:10001
CMD ["python", "-m", "gateway"]
