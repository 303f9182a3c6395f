import type { Entry, JsonObject } from '@threadkeep/core/store'
import type { Counters } from './counters.ts'
import type { LayerCounters } from './layer-counters.ts'

/** Counts one record that was asked for. */
export function countRead(layer: LayerCounters, group: Counters, entry: Entry | undefined): void {
  const { total } = layer
  total.gets++
  group.gets++
  if (!entry) {
    total.misses++
    group.misses++
    return
  }
  total.hits++
  group.hits++
  if (!layer.bytes) return
  const bytes = sizeOf(entry.value)
  total.bytesRead += bytes
  group.bytesRead += bytes
}

/** Bytes of the value as JSON text. What is not JSON never gets past the store, so it counts nothing. */
export function sizeOf(value: JsonObject): number {
  try {
    return Buffer.byteLength(JSON.stringify(value))
  } catch {
    return 0
  }
}
