/** The kinds of server that tests talk to. */
export const serviceKinds = ['redis', 'mongodb', 'postgres', 'kafka'] as const
export type ServiceKind = (typeof serviceKinds)[number]

/** Where one server instance lives: its ports (the first is the one clients use) and its data directory. */
export interface Place {
  readonly ports: readonly number[]
  readonly dir: string
}

/** How a server process is started, stopped, crashed and cleared away. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly user?: { readonly uid: number; readonly gid: number }
  /** What asks it to stop at once, with clients connected or not. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals
  /** Where `command` only stands for the server (a container): the command that crashes the real one. */
  readonly crash?: readonly string[]
  /** Removes what the server leaves outside its directory. */
  readonly cleanup?: readonly string[]
}

/** A way to have a server on this machine. */
export interface Origin {
  /** For people: `Docker image redis:8`, `/usr/bin/redis-server`, … */
  readonly from: string
  launch(place: Place, extraArgs: readonly string[]): Promise<Launch>
  url(ports: readonly number[]): string
  /** Brings a server that runs for the first time into service (a replica set is initiated, …). Called until it answers. */
  initiate?(url: string): Promise<void>
  /** What to call the server where it cannot say so itself. */
  readonly server?: string
}

/** All that is known about one kind of server. */
export interface ServiceDefinition {
  readonly kind: ServiceKind
  /** The environment variable that names a server which is already there. */
  readonly variable: string
  readonly portCount: number
  /** From the vendor's image. Only asked when an engine answers. */
  docker(): Origin
  /** From a binary that is already on this machine. */
  binary(): Promise<Origin | undefined>
  /** From the package registries; rejects with the reason when this machine cannot. */
  install(): Promise<Origin>
  /** Name and version of a server that is ready; rejects while it is not. */
  probe(url: string): Promise<string>
  /** The URL at which a test finds the space called `name`, made if it must be. */
  open(url: string, name: string): Promise<string>
  /** Removes all spaces whose names start with `prefix`. */
  drop(url: string, prefix: string): Promise<void>
}
