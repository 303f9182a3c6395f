import type { LiveItem } from '../../domain/live/live.types.ts'
import { same } from '../expect.ts'
import type { DomainCase } from './domain-case.ts'
import { domainCase } from './domain-case.ts'
import { ada, bob, minute, say, second, take, thread } from './people.ts'

/** A viewer that comes and goes. */
export const viewerCases: readonly DomainCase[] = [
  domainCase(
    'a viewer who was removed and is back sees nothing of what happened in between',
    async ({ chat, settled }) => {
      const { id } = await thread(chat, { members: [{ userId: 'bob' }] })
      const live = chat.live.viewer(bob)
      await settled()
      await say(chat, ada, id, 'seen')
      const [seen] = await take(live, 1)
      await live.return?.()
      await chat.threads.removeMember(ada, id, 'bob')
      await say(chat, ada, id, 'not for bob')
      await chat.threads.addMember(ada, id, 'bob')
      await say(chat, ada, id, 'back')
      const items = await take(chat.live.viewer(bob, { after: seen!.cursor }), 3)
      same(items.map(told), ['member.removed', 'member.added', 'back'], 'gone, back, and on')
    },
  ),
  domainCase(
    'a thread that was quiet for long is resumed right behind its last word',
    async ({ chat, clock, settled }) => {
      const quiet = await thread(chat, { id: 'quiet' })
      await say(chat, ada, quiet.id, 'long ago')
      const { id } = await thread(chat)
      clock.advance(10 * minute)
      const live = chat.live.viewer(ada)
      await settled()
      await say(chat, ada, id, 'seen')
      const [seen] = await take(live, 1)
      await live.return?.()
      clock.advance(second)
      await say(chat, ada, quiet.id, 'new')
      await say(chat, ada, id, 'newer')
      const items = await take(chat.live.viewer(ada, { after: seen!.cursor }), 2)
      same(items.map(told).toSorted(), ['new', 'newer'], 'what is new, and nothing else')
    },
  ),
  domainCase(
    'who joins a big room follows it from there, and leaves it when removed',
    async ({ chat, open, settled }) => {
      const { id } = await thread(chat, { members: Array.from({ length: 40 }, (_, n) => ({ userId: `g${n}` })) })
      const live = chat.live.viewer(bob)
      await settled()
      await open().threads.addMember(ada, id, 'bob')
      same((await take(live, 1)).map(told), ['member.added'], 'told in person')
      await settled()
      await chat.messages.typing(ada, id)
      await say(chat, ada, id, 'one')
      same((await take(live, 1)).map(told), ['one'], 'hears the room; who types is no news of the room')
      await chat.threads.removeMember(ada, id, 'bob')
      same((await take(live, 1)).map(told), ['member.removed'], 'told that he is removed')
      await settled()
      await say(chat, ada, id, 'not for bob')
      const own = await chat.threads.create(bob)
      await say(chat, bob, own.id, 'his own')
      same((await take(live, 2)).map(told), ['member.added', 'his own'], 'and only what is his')
    },
    { sound: false },
  ),
]

/** What an item says: its message's text, or what happened. */
function told(item: LiveItem): unknown {
  return item.type === 'event' ? (item.message?.content ?? item.event.type) : item.type
}
