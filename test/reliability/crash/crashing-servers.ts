import { canOwn } from '@threadkeep/test-support/services'
import { recordServers } from '../servers.ts'

/** The servers that are crashed, with what makes their disks hold what they have acknowledged. */
export const crashingServers = await Promise.all(
  recordServers.map(async (server) => ({
    ...server,
    args: server.kind === 'redis' ? ['--appendfsync', 'always'] : [],
    canCrash: await canOwn(server.kind),
  })),
)
