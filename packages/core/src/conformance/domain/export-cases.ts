import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { Actor } from '../../domain/kernel/actor.ts'
import { same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import type { Line } from './exported-file.ts'
import { exported, linesOf } from './exported-file.ts'
import { ada, admin, bob, codeOf, say, sayMany, second, stranger, thread } from './people.ts'

/** What an export is, and what it shows. */
export const exportCases: readonly DomainCase[] = [
  domainCase('an export is text that ends with its manifest, and can be read without us', async ({ chat, clock }) => {
    const { id } = await thread(chat, { title: 'T' })
    await sayMany(chat, ada, id, 3)
    const plain = await exported(chat, ada, { threadId: id })
    const lines = linesOf(plain)
    same(
      lines.map(({ type }) => type),
      ['thread', 'message', 'message', 'message'],
      'rows',
    )
    const body = plain.subarray(0, plain.lastIndexOf('\n', plain.length - 2) + 1)
    const manifest = JSON.parse(plain.subarray(body.length).toString()) as Line
    same(
      manifest,
      {
        type: 'manifest',
        format: 'threadkeep-export',
        formatVersion: 1,
        exportedAt: clock.now(),
        threads: 1,
        messages: 3,
        users: 0,
        sha256: createHash('sha256').update(body).digest('hex'),
      },
      'the manifest',
    )
    const json = JSON.parse((await exported(chat, ada, { threadId: id, format: 'json' })).toString()) as {
      records: Line[]
      manifest: Line
    }
    same(json.records, lines, 'the same rows in one document')
    same(json.manifest['sha256'], manifest['sha256'], 'with the same checksum')
    const zipped = await exported(chat, ada, { threadId: id, gzip: true })
    same(gunzipSync(zipped).toString('utf8'), plain.toString('utf8'), 'gzipped')
    same(linesOf(await exported(chat, stranger)), [], 'nothing of one who has nothing')
    for (const [actor, options, code] of [
      [stranger, { threadId: id }, 'NOT_FOUND'],
      [ada, { threadId: 'none' }, 'NOT_FOUND'],
      [bob, { userId: 'ada' }, 'FORBIDDEN'],
      [ada, { format: 'xml' }, 'INVALID'],
      [ada, { signal: AbortSignal.abort() }, 'ABORTED'],
    ] as [Actor, object, string][])
      same(await codeOf(() => exported(chat, actor, options)), code, JSON.stringify(options))
    for await (const _ of chat.transfer.export(ada, { gzip: true })) break
  }),
  domainCase(
    'an export shows what its actor may see: no deleted, expired or hidden items, no private markers of others',
    async ({ chat, clock }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      const gone = await say(chat, ada, id, 'deleted')
      await say(chat, ada, id, 'expired', { ttl: 5 })
      await say(chat, ada, id, 'kept')
      await chat.messages.append(admin, id, { kind: 'hidden_context', role: 'system', data: {} })
      await chat.messages.delete(ada, id, gone.id)
      await chat.messages.markRead(bob, id, { seq: 1 })
      await chat.messages.markRead(bob, id, { seq: 3 }, { private: true })
      await chat.threads.archive(bob, id)
      clock.advance(5 * second)
      const of = async (actor: Actor) => {
        const lines = linesOf(await exported(chat, actor, { threadId: id }))
        const said = lines.filter(({ type }) => type === 'message').map(({ message }) => (message as Line)['content'])
        const member = (lines[0]!['members'] as Line[]).find(({ userId }) => userId === 'bob')
        return [said, member?.['readSeq'], member?.['publicReadSeq'] ?? null, member?.['archived'] ?? null]
      }
      same(await of(ada), [['kept'], 1, null, null], 'the other')
      same(await of(bob), [['kept'], 3, 1, true], 'oneself')
      same(
        (await of({ userId: 'ada', scopes: ['items:hidden'] }))[0],
        ['kept', undefined],
        'hidden items with the scope',
      )
    },
  ),
]
