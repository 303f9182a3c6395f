import type { Origin, ServiceDefinition, ServiceKind } from './definition.ts'
import { dockerAnswers } from './docker.ts'
import { kafkaService } from './kafka.ts'
import { mongodbService } from './mongodb.ts'
import { postgresService } from './postgres.ts'
import { redisService } from './redis.ts'

export const definitions: Readonly<Record<ServiceKind, ServiceDefinition>> = {
  redis: redisService,
  mongodb: mongodbService,
  postgres: postgresService,
  kafka: kafkaService,
}

/** The first way this machine has to run a server: container engine, binary, package registries. Rejects with why not. */
export async function findOrigin(definition: ServiceDefinition): Promise<Origin> {
  if (await dockerAnswers()) return definition.docker()
  return (await definition.binary()) ?? definition.install()
}
