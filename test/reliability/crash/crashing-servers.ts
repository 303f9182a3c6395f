import { canOwn } from '@threadkeep/test-support/services'
import type { RecordServer } from '../servers.ts'
import { recordServers } from '../servers.ts'

/** A server that is crashed, and what makes its disk hold what it has acknowledged. */
export interface CrashingServer extends RecordServer {
  readonly args: readonly string[]
  readonly canCrash: boolean
}

/** The servers that are crashed. */
export const crashingServers: readonly CrashingServer[] = await Promise.all(
  recordServers.map(async (server) => ({
    ...server,
    args: server.kind === 'redis' ? ['--appendfsync', 'always'] : [],
    canCrash: await canOwn(server.kind),
  })),
)
