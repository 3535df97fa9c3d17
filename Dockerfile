# One image for every role: `luochui serve`, `luochui migrate`, …
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY scripts/hatch_build.py scripts/hatch_build.py
COPY matching_engine matching_engine
COPY settlement settlement
COPY exchange exchange
COPY web web
RUN python -m venv /opt/luochui \
    && /opt/luochui/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt ".[postgres,redis]"

FROM python:3.11-slim
# A fixed number, so the owner of a volume stays the same when the image is built anew.
RUN useradd --system --uid 10001 --home-dir /var/lib/luochui --create-home --shell /usr/sbin/nologin luochui
COPY --from=build /opt/luochui /opt/luochui
ENV PATH=/opt/luochui/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LUOCHUI_VAR_DIR=/var/lib/luochui
WORKDIR /var/lib/luochui
USER luochui
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["luochui"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
