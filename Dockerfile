# syntax=docker/dockerfile:1
# Two stages: the first makes a virtual environment with compiled bytecode, the second carries it and nothing else.
FROM python:3.13-slim AS build
WORKDIR /src
COPY constraints.txt constraints-build.txt ./
# Every version with its hashes: what was looked at is what is installed.
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r constraints-build.txt \
 && python -m venv --without-pip /opt/sms-emulator \
 && /opt/build/bin/pip --python /opt/sms-emulator/bin/python install --no-cache-dir --no-compile \
      --disable-pip-version-check --only-binary :all: --require-hashes -r constraints.txt
COPY pyproject.toml README.md LICENSE ./
COPY emulator ./emulator
COPY scenarios ./scenarios
RUN /opt/build/bin/pip wheel --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation -w /wheel . \
 && /opt/build/bin/pip --python /opt/sms-emulator/bin/python install --no-cache-dir --no-compile \
      --disable-pip-version-check --no-deps --no-index /wheel/*.whl \
 && /opt/sms-emulator/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/sms-emulator/lib

FROM python:3.13-slim
LABEL org.opencontainers.image.title="sms-emulator" \
      org.opencontainers.image.description="A faithful fake of three SMS providers (smsoffice.ge, uBill, SMS Center) for tests" \
      org.opencontainers.image.licenses="MIT"
# /scenarios is where your own scenario files go: mount a folder, name one by SMS_EMULATOR_SCENARIO=/scenarios/FILE.
# /data is what may be written to, and kept by a volume: SMS_EMULATOR_STATE=/data/state, and the certificate authority.
# All else may be read-only.
RUN groupadd --gid 10001 emulator \
 && useradd --no-create-home --uid 10001 --gid 10001 --shell /usr/sbin/nologin emulator \
 && install -d /scenarios \
 && install -d -o 10001 -g 10001 /data /data/authority
COPY --from=build /opt/sms-emulator /opt/sms-emulator
USER 10001:10001
ENV PATH=/opt/sms-emulator/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    SMS_EMULATOR_HOST=0.0.0.0 SMS_EMULATOR_PORT=8775 SMS_EMULATOR_SMPP_PORT=2775 SMS_EMULATOR_SMTP_PORT=2525 \
    SMS_EMULATOR_CA_DIR=/data/authority TMPDIR=/data
VOLUME ["/scenarios", "/data"]
# Behind our own: the real providers' ports, for options that listen there (docs/unchanged-programs.md).
EXPOSE 8775 2775 2525 443 80 3700 3443
HEALTHCHECK --interval=3s --timeout=3s --start-period=3s CMD ["python", "-S", "-c", "import os, socket, sys; s = socket.create_connection(('127.0.0.1', int(os.environ['SMS_EMULATOR_PORT'])), 2); s.sendall(b'GET /_emulator/health HTTP/1.0\\r\\n\\r\\n'); sys.exit(b' 200 ' not in s.recv(99))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["sms-emulator"]
CMD ["serve"]
