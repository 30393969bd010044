import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { type ApiClient, createApiClient } from '../api-client'
import { CommandError } from '../failure'
import { adminCommand, type CommonOptions, print, printJson, say } from './shared'

interface Access {
  id: string
  status: string
  createdAt: string
  step: string
  found: Record<string, number>
  problem?: string
  files: { url: string }[]
}

interface Options extends CommonOptions {
  output?: string
  wait?: true
}

const PATH = 'privacy/access-requests'
// A search through a lake takes seconds to minutes.
const LOOK_EVERY_MS = 500

export function accessCommand(): Command {
  return adminCommand('access', 'ask for everything that is kept about a person, as a ZIP')
    .argument('[ids...]', 'all ids of one person, as events name them; none lists requests')
    .option('-o, --output <path>', 'waits, and saves it there: PATH.zip, PATH-2.zip, …')
    .option('--wait', 'until it can be fetched')
    .action(async (ids: string[], options: Options) => {
      const ask = createApiClient(options)
      if (ids.length === 0) return list(ask, options)
      // The id of a request is no id of a person.
      const isRequest = ids.length === 1 && ids[0]!.startsWith('acc_')
      let access = isRequest
        ? await ask<Access>('GET', `${PATH}/${encodeURIComponent(ids[0]!)}`)
        : await ask<Access>('POST', PATH, { subject: { actorIds: ids } })
      if (options.wait || options.output) access = await untilReady(ask, access)
      if (options.json) printJson(access)
      else print(describe(access))
      if (access.status === 'failed') throw new CommandError(access.problem ?? 'It failed')
      if (options.output) await save(access, options.output)
    })
}

async function list(ask: ApiClient, { json }: Options) {
  const all = await ask<{ items: Access[] }>('GET', PATH)
  if (json) return printJson(all)
  for (const { id, status, createdAt } of all.items) print(`${id}  ${createdAt}  ${status}`)
}

async function untilReady(ask: ApiClient, begun: Access): Promise<Access> {
  say(`${begun.id} has begun (Ctrl-C ends the waiting, not the request).`)
  let current = begun
  while (current.status === 'running') {
    await wait(LOOK_EVERY_MS)
    current = await ask<Access>('GET', `${PATH}/${begun.id}`)
  }
  return current
}

function describe({ id, status, found, files }: Access): string {
  const counts = Object.entries(found).map(([file, lines]) => `${lines} ${file}`)
  return [`${id}: ${status}, ${counts.join(', ')}`, ...files.map(({ url }) => url)].join('\n')
}

/** Saves files whole or not at all, readable by nobody else. */
async function save({ files }: Access, output: string) {
  const stem = output.replace(/\.zip$/i, '')
  for (const [at, { url }] of files.entries()) {
    const path = at === 0 ? `${stem}.zip` : `${stem}-${at + 1}.zip`
    const partial = `${path}.part`
    const reply = await fetch(url)
    if (!reply.ok || reply.body === null) throw new CommandError(`${url}: ${reply.status}`)
    try {
      const body = Readable.fromWeb(reply.body as Parameters<typeof Readable.fromWeb>[0])
      await pipeline(body, createWriteStream(partial, { mode: 0o600 }))
      await rename(partial, path)
    } finally {
      await rm(partial, { force: true })
    }
    say(`Saved ${path}`)
  }
}
