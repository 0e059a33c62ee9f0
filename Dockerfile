# syntax=docker/dockerfile:1
# One image a room: docker build --build-arg ROOM=monitor -t groundswell-monitor .
# The same image runs the API (serve ROOM), the worker (work ROOM) and the migration (migrate).
ARG PYTHON_VERSION=3.11

FROM python:${PYTHON_VERSION}-slim-bookworm AS build
ARG ROOM
# `transformer` brings torch, for ROOM=analysis only: GPUs, and Hugging Face models of your own.
ARG EXTRAS=""
# Another package index beside the default one: a mirror, or PyTorch's index of wheels without CUDA.
ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_EXTRA_INDEX_URL=${PIP_EXTRA_INDEX_URL}
RUN case "${ROOM}:${EXTRAS}" in \
      gateway:|monitor:|response:|archive:|analysis:*) ;; \
      *) echo "Give --build-arg ROOM=gateway|monitor|analysis|response|archive;" \
              "EXTRAS is for ROOM=analysis alone." >&2; exit 2 ;; \
    esac
RUN python -m venv /opt/groundswell
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/groundswell/bin/pip install -c constraints.txt ".[${ROOM}${EXTRAS:+,${EXTRAS}}]"

FROM python:${PYTHON_VERSION}-slim-bookworm
ARG ROOM
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/groundswell groundswell \
    && install -d -o groundswell -g groundswell -m 0750 \
        /var/lib/groundswell /var/lib/groundswell/models
COPY --from=build /opt/groundswell /opt/groundswell
# Nothing writes beside this folder and /tmp: the root file system may be read-only.
ENV PATH=/opt/groundswell/bin:${PATH} \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    GROUNDSWELL_ROOM=${ROOM} \
    GROUNDSWELL_HOME=/var/lib/groundswell \
    GROUNDSWELL_HOST=0.0.0.0 \
    GROUNDSWELL_PORT=8000
WORKDIR /var/lib/groundswell
USER 10001:10001
EXPOSE 8000
# A stop lets what is in hand finish: 8 s in an API, one lease (30 s) in a worker.
STOPSIGNAL SIGTERM
ENTRYPOINT ["groundswell"]
