import type { Store } from '@threadkeep/core'
import { mongoStore } from '@threadkeep/store-mongo'
import { postgresStore } from '@threadkeep/store-postgres'
import { redisStore } from '@threadkeep/store-redis'
import type { ServiceKind } from '@threadkeep/test-support/services'

/** A place on a server: where it is, and what the records are kept under. */
export interface Place {
  readonly url: string
  readonly name: string
}

/** A server that holds records, and how a store on it is opened. No call takes much longer than `timeout` milliseconds. */
export interface RecordServer {
  readonly kind: ServiceKind
  readonly title: string
  open(place: Place, timeout: number): Promise<Store>
  /** The same place, as a gateway is told of it. */
  gatewayUrl(place: Place): string
  /** The place as it is found through a proxy. */
  through(place: Place, proxy: { through(url: string): string }): Place
}

const simply: RecordServer['through'] = (place, proxy) => ({ ...place, url: proxy.through(place.url) })

/** Every server that a store runs on. */
export const recordServers: readonly RecordServer[] = [
  {
    kind: 'redis',
    title: 'Redis',
    open: ({ url, name }, timeout) => redisStore({ url, namespace: name, timeout }),
    gatewayUrl: ({ url, name }) => `${url}?namespace=${name}`,
    through: simply,
  },
  {
    kind: 'mongodb',
    title: 'MongoDB',
    open: ({ url, name }, timeout) => mongoStore({ url, database: name, deadline: timeout }),
    gatewayUrl({ url, name }) {
      const address = new URL(url)
      address.pathname = `/${name}`
      return address.href
    },
    through(place, proxy) {
      const url = new URL(proxy.through(place.url))
      // Past the proxy lies the address that the replica set tells of itself, so discovery is off.
      url.searchParams.delete('replicaSet')
      url.searchParams.set('directConnection', 'true')
      return { ...place, url: url.href }
    },
  },
  {
    kind: 'postgres',
    title: 'PostgreSQL',
    open: ({ url }, timeout) => postgresStore({ url, timeout }),
    gatewayUrl: ({ url }) => url,
    through: simply,
  },
]
