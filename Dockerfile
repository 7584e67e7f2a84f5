# The base of all stages: the Node of the tests by its tag, and the digest of that tag's index for all platforms. Update both
# together. Any image with Node 24 and npm will do instead: docker build --build-arg NODE_IMAGE=node:24-bookworm-slim
ARG NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY build.ts tsconfig.json tsconfig.build.json ./
COPY licences licences
COPY fixtures/operations.json fixtures/
COPY server server
COPY console console
RUN npm run build && rm -r dist/types

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts
# Nothing but better-sqlite3 is outside of dist. It carries its C sources and a binary for every platform; opening a database
# shows that the right one is left.
RUN rm -r node_modules/@sinclair && cd node_modules/better-sqlite3 \
  && rm -r deps src \
  && find prebuilds -type f ! -name "linux-$(node -p process.arch).node" -delete \
  && node -e "new (require('better-sqlite3'))(':memory:')"

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="pinpoint-local" \
  org.opencontainers.image.description="An emulator of Amazon Pinpoint that really imports your endpoints" \
  org.opencontainers.image.licenses="MIT"

# /s3 stays empty: a folder in it hides the bucket of that name on an S3 endpoint, and "demo" is a name people use. The link
# makes /data the default of DATA_DIR, without setting it: DATA_DIR and EPHEMERAL exclude each other.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn* \
  && mkdir /data /s3 \
  && chown node:node /data /s3 \
  && mkdir /app \
  && ln -s /data /app/.pinpoint-local

WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
RUN mkdir dist/compiled && chown node:node dist/compiled

# With two arenas of malloc for all threads, an import takes 12 MiB less, and no longer.
ENV NODE_ENV=production HOST=0.0.0.0 S3_DIR=/s3 MALLOC_ARENA_MAX=2
USER node
# A first start, which shows that it works, and leaves compiled code for those to come.
RUN node dist/main.js --ephemeral & \
  timeout 60 sh -c 'until node -e "fetch(\"http://127.0.0.1:7467/_pinpoint/health\").then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"; do :; done' \
  && kill $! && wait $!
VOLUME /data
EXPOSE 7467

# The port may also come as a flag, which only the first process knows. No --start-period: with one, the first check waits 5 seconds.
HEALTHCHECK --interval=2s --timeout=2s --retries=5 CMD ["node", "-e", "const flag = /\\0--port[=\\0](\\d+)/.exec(fs.readFileSync('/proc/1/cmdline')); const { PINPOINT_LOCAL_PORT: own, PORT: bare } = process.env; const port = [flag?.[1], own, bare, '7467'].find(port => /^\\d+$/.test(port)); fetch('http://127.0.0.1:' + port + '/_pinpoint/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# Without a shell in between, so that flags can follow and SIGTERM reaches node.
ENTRYPOINT ["node", "/app/dist/main.js"]
