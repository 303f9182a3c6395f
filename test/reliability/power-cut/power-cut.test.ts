import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { cutPower } from './cut-power.ts'
import type { Recording, Synchronous } from './record.ts'
import { buildRecorder, record } from './record.ts'

const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 86_400_000))
const cuts = 48
const directory = mkdtempSync(join(tmpdir(), 'threadkeep-power-'))
const built = buildRecorder(directory)
// The summary of a run names what was skipped: with the reason.
const missing = 'missing' in built ? ` (${built.missing})` : ''

afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe.skipIf(missing !== '')(
  `the power fails at ${cuts} moments of a process that writes to SQLite${missing}`,
  () => {
    const recorded = (synchronous: Synchronous): Recording => {
      const place = join(directory, synchronous)
      mkdirSync(place)
      return record('recorder' in built ? built.recorder : '', place, synchronous)
    }

    it('durability full: nothing acknowledged is lost, no message is without its event, the file is whole', {
      timeout: 120_000,
    }, async () => {
      const { images, acknowledged, broken } = await cutPower(recorded('full'), { seed, cuts })
      expect(broken).toEqual([])
      expect(images).toBe(3 * cuts)
      expect(acknowledged).toBeGreaterThan(100)
    })

    it('durability normal: the last ones may be lost, and what is there is sound', { timeout: 120_000 }, async () => {
      const recording = recorded('normal')
      expect((await cutPower(recording, { seed, cuts, acknowledgedSurvive: false })).broken).toEqual([])
      // Which shows that the cuts take something away.
      expect((await cutPower(recording, { seed, cuts })).broken.join('\n')).toContain('lost')
    })

    it('the check bites: with synchronous=OFF acknowledged messages are lost', { timeout: 120_000 }, async () => {
      const { broken } = await cutPower(recorded('off'), { seed, cuts })
      expect(broken.filter((line) => line.includes('lost: ')).length).toBeGreaterThan(cuts / 2)
    })
  },
)
