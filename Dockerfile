# One image for gateway and worker: what runs is said by the command.
FROM node:26-slim
WORKDIR /threadkeep
COPY . .
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile \
 && npx --yes pnpm@12.21.0 --filter '@threadkeep/gateway...' --filter '@threadkeep/worker...' run build
# Where a gateway writes what has no other place.
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production THREADKEEP_DATA=/data
USER node
CMD ["node", "apps/gateway/dist/main.js"]
