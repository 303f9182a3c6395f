import type { Desk } from './desk.ts'
import { alice, openDesk } from './desk.ts'
import { bulk } from './sections/bulk.ts'
import { conversation } from './sections/conversation.ts'
import { failures } from './sections/failures.ts'
import { messages, stream } from './sections/messages.ts'
import { search } from './sections/search.ts'
import { statistics } from './sections/statistics.ts'
import { threads } from './sections/threads.ts'
import { cleanUp, exportUser } from './sections/upkeep.ts'
import { users } from './sections/users.ts'

/** A day at the desk, section by section. Answers what each of them found. */
export async function runSupportDesk(options: Pick<Desk, 'clock' | 'directory' | 'print'>) {
  const { print } = options
  const section = (title: string) => print(`\n== ${title}`)

  async function firstDay(desk: Desk) {
    section('Users')
    const people = await users(desk)
    section('Threads')
    const talks = await threads(desk)
    const threadId = talks.billing.id
    section('Messages')
    const said = await messages(desk, threadId)
    section('Streaming')
    const streamed = await stream(desk, threadId)
    section('Search')
    const found = await search(desk, threadId)
    section('Statistics')
    const counted = await statistics(desk, threadId)
    section('A whole conversation')
    const talk = await conversation(desk)
    section('Bulk')
    const many = await bulk(desk)
    section('Failures')
    const failed = await failures(desk)
    return { people, talks, said, streamed, found, counted, talk, many, failed }
  }

  async function nextDay(desk: Desk, threadId: string) {
    section('After a restart')
    const history = await desk.chat.messages.newest(alice, threadId, 50)
    print(`Still there: ${history.length} messages`)
    section('Export and import')
    const exported = await exportUser(desk)
    section('Cleaning up')
    const cleaned = await cleanUp(desk, threadId)
    return { history, exported, cleaned }
  }

  async function atDesk<T>(work: (desk: Desk) => Promise<T>): Promise<T> {
    const desk = await openDesk(options)
    return await work(desk).finally(() => desk.close())
  }

  const day = await atDesk(firstDay)
  return { ...day, ...(await atDesk((desk) => nextDay(desk, day.talks.billing.id))) }
}
