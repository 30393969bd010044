import { once } from 'node:events'
import { Command } from 'commander'
import { askServer } from '../ask-server'
import { CommandError } from '../failure'
import { reasonOf } from '../send-results'
import { requireKeyOption, type ServerOptions, withServerOptions } from '../server-options'

interface Options extends ServerOptions {
  after: string
}

export function logCommand(): Command {
  const command = new Command('log')
    .description('print the frames of a connection as JSON lines, in their order')
    .argument('<session>', 'its id: `nonius observer sessions` lists them')
  return withServerOptions(command, 'a key with events:read (and quarantine:read), or a role')
    .option('--after <frame>', 'frames after this number', '0')
    .action(print)
}

async function print(session: string, options: Options) {
  const server = { url: options.url, key: requireKeyOption(options) }
  let after: string | undefined = options.after
  while (after !== undefined) {
    const query = new URLSearchParams({ after, limit: '1000' })
    const path = `observer/sessions/${encodeURIComponent(session)}/log?${query}`
    const answer = await askServer(server, path, { accept: 'application/x-ndjson' })
    if (answer.status === undefined) {
      throw new CommandError(`nothing answers at ${server.url.href} (${answer.reason})`)
    }
    if (answer.status !== 200) throw new CommandError(reasonOf(answer))
    // A log may be longer than what a pipe takes at once.
    if (!process.stdout.write(answer.text)) await once(process.stdout, 'drain')
    after = answer.headers?.get('X-Nonius-Next-After') ?? undefined
  }
}
