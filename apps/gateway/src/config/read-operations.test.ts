import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readOperations } from './read-operations.ts'

function file(name: string, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'threadkeep-operations-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

test('documents come from lists, from objects as build tools write them, and from files of their own', async () => {
  const list = file('list.json', '["{ viewer { id } }", "{ blockedUserIds }"]')
  const object = file('manifest.json', '{"3f2a": "{ rateLimit { cost } }"}')
  const document = file('a.graphql', 'query A { viewer { name } }\n')
  expect(await readOperations(`${list}, ${object},${document}`)).toEqual([
    '{ viewer { id } }',
    '{ blockedUserIds }',
    '{ rateLimit { cost } }',
    'query A { viewer { name } }\n',
  ])
})

test.each(['[]', '{}', '[1]', '"{ viewer { id } }"', 'null', '{ viewer { id } }', '[["{ viewer { id } }"]]'])(
  'a file with %s is refused by its name',
  async (text) => {
    const path = file('list.json', text)
    await expect(readOperations(path)).rejects.toMatchObject({
      code: 'MISCONFIGURED',
      message: expect.stringContaining(path),
    })
  },
)

test('a file that is not there is refused by its name', async () => {
  await expect(readOperations('/nowhere/list.json')).rejects.toMatchObject({
    code: 'MISCONFIGURED',
    message: expect.stringContaining('/nowhere/list.json'),
  })
})
