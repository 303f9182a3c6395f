/** One thing that a process did to its files, or told, in order. */
export type Deed =
  | { readonly type: 'open'; readonly fd: number; readonly path: string; readonly truncate: boolean }
  | { readonly type: 'write'; readonly fd: number; readonly at: number; readonly data: Buffer }
  | { readonly type: 'resize'; readonly fd: number; readonly size: number }
  | { readonly type: 'sync'; readonly fd: number }
  | { readonly type: 'unlink'; readonly path: string }
  | { readonly type: 'tell'; readonly line: string }

const headLength = 17

/** Reads what recorder.c has written. */
export function readRecording(log: Buffer): readonly Deed[] {
  const deeds: Deed[] = []
  for (let place = 0; place < log.length; ) {
    const kind = String.fromCharCode(log.readUInt8(place))
    const fd = log.readInt32LE(place + 1)
    const number = Number(log.readBigInt64LE(place + 5))
    const end = place + headLength + log.readUInt32LE(place + 13)
    const data = log.subarray(place + headLength, end)
    deeds.push(toDeed(kind, fd, number, data))
    place = end
  }
  return deeds
}

function toDeed(kind: string, fd: number, number: number, data: Buffer): Deed {
  switch (kind) {
    case 'o':
      return { type: 'open', fd, path: data.toString(), truncate: number === 1 }
    case 'w':
      return { type: 'write', fd, at: number, data }
    case 't':
      return { type: 'resize', fd, size: number }
    case 's':
      return { type: 'sync', fd }
    case 'u':
      return { type: 'unlink', path: data.toString() }
    case 'a':
      return { type: 'tell', line: data.toString().trimEnd() }
    default:
      throw new Error(`The recording holds an unknown deed: ${kind}`)
  }
}
