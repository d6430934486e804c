# syntax=docker/dockerfile:1
# The control plane, nothing else: no shell is needed to run it, no root, and no place to write but /data.
#   docker build -t verdigris .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges -v verdigris:/data -p 18000:18000 verdigris \
#     serve --data-dir /data --xds-address 0.0.0.0 --tls-cert … --tls-key … --client-ca …
ARG NODE=24.11.1-slim
FROM node:${NODE} AS build
WORKDIR /verdigris
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
COPY protos ./protos
RUN npm run build && npm prune --omit=dev --no-audit --no-fund && find dist -name '*.d.ts' -delete

FROM node:${NODE}
LABEL org.opencontainers.image.title="Verdigris" \
      org.opencontainers.image.description="Envoy xDS control plane for blue-green delivery" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /verdigris
COPY --from=build /verdigris/package.json ./
COPY --from=build /verdigris/node_modules ./node_modules
COPY --from=build /verdigris/dist ./dist
COPY --from=build /verdigris/protos ./protos
COPY LICENSE NOTICE ./
RUN mkdir /data && chown 1000:1000 /data && ln -s /verdigris/dist/cli/verdigris.js /usr/local/bin/verdigris
# By number, so that a cluster that wants proof of it sees that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 18000 18001 18002
# "ready, but …" counts as healthy: it serves, and being started again would not make a full disk empty.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["verdigris", "ready"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/verdigris/dist/cli/verdigris.js"]
CMD ["serve", "--data-dir", "/data"]
