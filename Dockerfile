# syntax=docker/dockerfile:1
FROM node:24-slim AS build
WORKDIR /verdigris
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
COPY protos ./protos
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /verdigris
COPY --from=build /verdigris/package.json ./
COPY --from=build /verdigris/node_modules ./node_modules
COPY --from=build /verdigris/dist ./dist
COPY --from=build /verdigris/protos ./protos
COPY LICENSE NOTICE ./
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 18000 18001 18002
ENTRYPOINT ["node", "/verdigris/dist/cli/verdigris.js"]
CMD ["serve", "--data-dir", "/data"]
