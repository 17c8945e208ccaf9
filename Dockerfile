# syntax=docker/dockerfile:1
# Two stages: the first makes a virtual environment with compiled bytecode, the second carries it and nothing else.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md ./
COPY emulator ./emulator
COPY scenarios ./scenarios
RUN python -m venv /opt/sms-emulator \
 && /opt/sms-emulator/bin/pip install --no-cache-dir --disable-pip-version-check . \
 && /opt/sms-emulator/bin/python -m compileall -q /opt/sms-emulator/lib

FROM python:3.13-slim
RUN useradd --system --no-create-home --uid 10001 emulator
COPY --from=build /opt/sms-emulator /opt/sms-emulator
USER 10001
ENV PATH=/opt/sms-emulator/bin:$PATH SMS_EMULATOR_HOST=0.0.0.0
# Your own scenario files: mount a folder here and name one with --scenario /scenarios/FILE.
VOLUME ["/scenarios"]
EXPOSE 8775 2775
HEALTHCHECK --interval=5s --timeout=3s --start-period=2s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8775/_emulator/health', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["sms-emulator"]
CMD ["serve"]
