import { Command } from 'commander'
import { createApiClient } from '../api-client'
import { CommandError } from '../failure'
import { type ServerOptions, withServerOptions } from '../server-options'
import { renderTable } from '../table'

interface Options extends ServerOptions {
  user?: string
  from?: string
  to?: string
  limit: string
  json?: true
}

interface Session {
  sessionId: string
  openedAt: string
  userId?: string
  source?: string
  sourceId: string
  sec?: string
}

interface Page {
  sessions: Session[]
  nextCursor?: string
}

// The largest page that the server gives.
const PAGE = 1000

export function sessionsCommand(): Command {
  const command = new Command('sessions').description('list connections, the newest first')
  return withServerOptions(command, 'a key with events:read, or a role')
    .option('--user <id>', 'of this learner, as events name them: gc-104233')
    .option('--from <time>', 'opened from this day or time on')
    .option('--to <time>', 'opened before this day or time')
    .option('--limit <n>', 'how many', '100')
    .option('--json', 'print JSON lines')
    .action(list)
}

async function list(options: Options) {
  const most = Number(options.limit)
  if (!Number.isSafeInteger(most) || most < 1) throw new CommandError('--limit must be 1 or more')
  const ask = createApiClient(options)
  const { user: userId, from, to } = options
  const sessions: Session[] = []
  let cursor: string | undefined
  do {
    const limit = String(Math.min(most - sessions.length, PAGE))
    const asked = Object.entries({ userId, from, to, limit, cursor }).filter(isGiven)
    const query = new URLSearchParams(asked)
    const page = await ask<Page>('GET', `observer/sessions?${query}`)
    sessions.push(...page.sessions)
    cursor = page.nextCursor
  } while (cursor !== undefined && sessions.length < most)
  const lines = sessions.map((session) => JSON.stringify(session)).join('\n')
  process.stdout.write(`${options.json ? lines : tableOf(sessions)}\n`)
}

function isGiven(pair: [string, string | undefined]): pair is [string, string] {
  return pair[1] !== undefined
}

function tableOf(sessions: readonly Session[]): string {
  const rows = sessions.map(({ openedAt, sessionId, userId, source, sourceId, sec }) => [
    ...[openedAt, userId ?? '', sec ?? '', source ?? '', sourceId, sessionId],
  ])
  return renderTable(['opened', 'learner', 'vouched for', 'client', 'source', 'session'], rows)
}
