import { temporaryFolder } from './folders'
import { blocksIn } from './readme'
import { type ServerProcess, startServerProcess } from './server-process'

/** The blocks of code of a language in docs/live.md, as they stand there. */
export function blocksOf(language: string): string[] {
  return blocksIn('docs/live.md', language)
}

export const addressOf = ({ url }: ServerProcess) =>
  new URL('/ws/subscribe', url).href.replace('http:', 'ws:')

/** Somebody who follows, and prints what comes. */
interface Follower {
  hasPrinted(count: number): boolean
  end(): Promise<void>
}

/**
 * Stops a server under who follows it, and starts it again. One event is stored while the follower is
 * away that had none before, and one when it is back.
 */
export async function overRestart(begin: (server: ServerProcess) => Promise<Follower>) {
  using folder = temporaryFolder()
  let server = await startServerProcess(folder.path)
  let follower: Follower | undefined
  try {
    follower = await begin(server)
    await until(async () => (await subscribersOf(server)) === 1)
    await server.stop()
    server = await startServerProcess(folder.path, { NONIUS_PORT: new URL(server.url).port })
    // Its first try may have been while nobody listened: what is stored now, it has to go back for.
    await send(server, 'away')
    await until(() => follower!.hasPrinted(1))
    await send(server, 'back')
    await until(() => follower!.hasPrinted(2))
  } finally {
    await follower?.end()
    await server.kill()
  }
}

async function send({ url, key }: ServerProcess, n: string) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const events = ['quiz_started', 'quiz_completed'].map((event_type) => ({
    ...{ event_type, user_id: 'u-17', payload: { n } },
  }))
  const init = { method: 'POST', headers, body: JSON.stringify(events) }
  const { status } = await fetch(new URL('/api/v1/events', url), init)
  if (status !== 200) throw new Error(`events are answered ${status}`)
}

async function subscribersOf({ url, key }: ServerProcess): Promise<number> {
  const response = await fetch(new URL('/api/v1/stats', url), { headers: { 'X-API-Key': key } })
  const { router } = (await response.json()) as { router: { active_subscribers: number } }
  return router.active_subscribers
}

async function until(isSo: () => boolean | Promise<boolean>) {
  for (const end = performance.now() + 15_000; !(await isSo()); await Bun.sleep(20)) {
    if (performance.now() > end) throw new Error('nothing came')
  }
}
