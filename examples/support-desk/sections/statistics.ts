import type { Desk } from '../desk.ts'
import { alice, supervisor } from '../desk.ts'

/** Counts of a user, a thread and the whole desk. */
export async function statistics({ chat, print }: Desk, threadId: string) {
  await chat.projections.settle()
  const user = await chat.stats.user(alice, 'alice')
  print('Alice:')
  print(`  Threads: ${user.totalThreads}, messages: ${user.totalMessages}, written by her: ${user.authoredMessages}`)
  print(`  Average messages per thread: ${user.averageMessagesPerThread.toFixed(1)}`)
  print(`  First activity: ${moment(user.firstActivityAt)}, last: ${moment(user.lastActivityAt)}`)

  const thread = await chat.stats.thread(alice, threadId)
  print('The billing thread:')
  print(`  Messages: ${thread.messageCount}, over ${Math.round(thread.durationMs / 60_000)} minutes`)
  print(`  By users: ${thread.byRole.user}, by assistants: ${thread.byRole.assistant}`)
  print(`  Average length: ${thread.averageLength.toFixed(1)} characters`)

  const system = await chat.stats.system(supervisor)
  print('The desk:')
  print(`  Users: ${system.totalUsers}, threads: ${system.totalThreads}, messages: ${system.totalMessages}`)
  print(`  Stored: ${(system.storageBytes / 1e6).toFixed(3)} MB`)
  print(`  Average messages per user: ${system.averageMessagesPerUser.toFixed(1)}`)
  return { user, thread, system }
}

function moment(at: number | undefined): string {
  return at === undefined ? 'never' : new Date(at).toISOString()
}
