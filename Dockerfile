# syntax=docker/dockerfile:1
# scripts/check-container.sh runs these same steps where no container engine runs.

FROM python:3.12-slim-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ cmake make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
# Not native: an image moves between machines. What is left is AVX2, FMA and F16C.
ENV CMAKE_ARGS="-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TOOLS=OFF"
RUN python3 scripts/setup.py && rm -rf /root/.cache

FROM python:3.12-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home euaiqa \
 && mkdir -p /models /data \
 && chown euaiqa /models /data
WORKDIR /app
COPY --from=build /app /app
USER euaiqa
ENV EUAIQA_HOST=0.0.0.0 EUAIQA_PORT=8000 EUAIQA_MODELS=/models EUAIQA_INDEX=/data/index \
    EUAIQA_CELLS_FOLDER=/data/cells
VOLUME ["/models", "/data"]
EXPOSE 8000
# The first start fetches the models: it may take minutes before the server answers.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20m \
    CMD [".venv/bin/python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['EUAIQA_PORT'] + '/health', timeout=4)"]
CMD [".venv/bin/euaiqa", "serve"]
