import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import type { KeptConsent } from '../../governance/consents/consents'
import { csvRows } from '../../http/consents/csv'
import { MAX_ROWS } from '../../http/consents/rows'
import { createApiClient } from '../api-client'
import { readDocuments } from '../documents'
import { CommandError } from '../failure'
import { renderTable } from '../table'
import { adminCommand, type CommonOptions, print, printJson, say } from './shared'

/** Says what people granted or denied, and who is under 13, to a running server. */
export function consentsCommand(): Command {
  return new Command('consents')
    .description('what people granted or denied')
    .addCommand(getCommand())
    .addCommand(setCommand())
    .addCommand(importCommand())
}

type View = Omit<KeptConsent, 'actorId'> & { actor: string }

const pathOf = (actor: string) => `privacy/consents/${encodeURIComponent(actor)}`

function getCommand(): Command {
  return adminCommand('get', 'show what a person decided')
    .argument('<actor>', 'the id, as events name them')
    .action(async (actor: string, options: CommonOptions) => {
      const found = await createApiClient(options)<View>('GET', pathOf(actor))
      show(found, options)
    })
}

function setCommand(): Command {
  return adminCommand('set', 'say what a person decided; other categories stay')
    .argument('<actor>', 'the id, as events name them')
    .argument('<decisions...>', 'analytics=granted, research=denied')
    .option('--evidence <text>', 'where it was given')
    .action(
      async (
        actor: string,
        decisions: string[],
        options: CommonOptions & { evidence?: string },
      ) => {
        const pairs = decisions.map((one) => one.split('='))
        if (pairs.some((pair) => pair.length !== 2)) {
          throw new CommandError('Decisions are written as analytics=granted')
        }
        const { evidence } = options
        const body = { categories: Object.fromEntries(pairs), ...(evidence && { evidence }) }
        show(await createApiClient(options)<View>('PUT', pathOf(actor), body), options)
      },
    )
}

function show({ actor, decisions }: View, { json }: CommonOptions) {
  if (json) return printJson({ actor, decisions })
  const rows = Object.entries(decisions).map(([category, one]) => {
    return [category, one.said, one.at, one.by, one.evidence]
  })
  print(renderTable(['category', 'decision', 'at', 'by', 'evidence'], rows))
}

interface ImportOptions extends CommonOptions {
  dryRun?: true
}

interface Outcome {
  refused: number
  errors: { line: number; path: (string | number)[]; message: string }[]
}

function importCommand(): Command {
  return adminCommand('import', 'say what many decided, from a file of CSV, JSON or JSON lines')
    .argument('<file>', 'CSV with actor,category,decision; or objects as the API takes them')
    .option('--dry-run', 'check every row, and store none')
    .action(async (file: string, options: ImportOptions) => {
      const ask = createApiClient(options)
      const path = `privacy/consents${options.dryRun ? '?dryRun=true' : ''}`
      const sum = { taken: 0, changed: 0, stale: 0, refused: 0 }
      await inParts(await rowsOf(file), async (part, from) => {
        const done = await ask<typeof sum & Outcome>('PUT', path, part)
        for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += done[name]
        sayFaults(done, from)
      })
      if (options.json) printJson(sum)
      else print(renderTable(Object.keys(sum), [Object.values(sum)]))
      if (sum.refused > 0) process.exitCode = 1
    })
}

export function under13Command(): Command {
  return new Command('under13')
    .description('learners that are listed as under 13')
    .addCommand(listCommand())
    .addCommand(countCommand())
    .addCommand(removeCommand())
}

function listCommand(): Command {
  return adminCommand('list', 'put learners of a file on the list')
    .argument('<file>', 'CSV with a column actor, a JSON array, or lines')
    .option('--replace', 'take all others off the list')
    .action(async (file: string, options: CommonOptions & { replace?: true }) => {
      const ask = createApiClient(options)
      const rows = await rowsOf(file)
      if (options.replace && rows.length > MAX_ROWS) {
        throw new CommandError(
          `--replace takes at most ${MAX_ROWS} rows at once; there are ${rows.length}`,
        )
      }
      const path = `privacy/under13?mode=${options.replace ? 'replace' : 'add'}`
      const sum = { listed: 0, removed: 0, refused: 0 }
      await inParts(rows, async (part, from) => {
        const done = await ask<typeof sum & Outcome>('PUT', path, part)
        for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += done[name]
        sayFaults(done, from)
      })
      if (options.json) printJson(sum)
      else print(renderTable(Object.keys(sum), [Object.values(sum)]))
      if (sum.refused > 0) process.exitCode = 1
    })
}

function countCommand(): Command {
  return adminCommand('count', 'tell how many are listed, or whether somebody is')
    .argument('[actor]', 'the id, as events name them')
    .action(async (actor: string | undefined, options: CommonOptions) => {
      const query = actor === undefined ? '' : `?actor=${encodeURIComponent(actor)}`
      const ask = createApiClient(options)
      const found = await ask<{ count?: number; isListed?: boolean }>(
        'GET',
        `privacy/under13${query}`,
      )
      if (options.json) printJson(found)
      else print(String(found.count ?? (found.isListed ? 'listed' : 'not listed')))
    })
}

function removeCommand(): Command {
  return adminCommand('remove', 'take a learner off the list')
    .argument('<actor>', 'the id, as events name them')
    .action(async (actor: string, options: CommonOptions) => {
      await createApiClient(options)('DELETE', `privacy/under13/${encodeURIComponent(actor)}`)
      say('Removed.')
    })
}

/** Reads a file; what is not CSV by its name is JSON. */
async function rowsOf(file: string): Promise<unknown[]> {
  if (file.toLowerCase().endsWith('.csv')) {
    const rows = csvRows(await readFile(file, 'utf8'))
    const bad = rows.find((row) => !('value' in row))
    if (bad) throw new CommandError(`${file}:${bad.line} has other columns than the header`)
    return rows.map(({ value }) => asConsent(value as Record<string, unknown>))
  }
  const documents = await readDocuments(file)
  const [first] = documents
  if (documents.length === 1 && Array.isArray(first?.value)) return first.value
  return documents.map(({ value }) => value)
}

function asConsent({ category, decision, ...rest }: Record<string, unknown>): unknown {
  if (category === undefined) return rest
  return { ...rest, categories: { [String(category)]: decision } }
}

async function inParts(
  rows: readonly unknown[],
  send: (part: unknown[], from: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < rows.length; from += MAX_ROWS) {
    await send(rows.slice(from, from + MAX_ROWS), from)
  }
}

function sayFaults({ errors }: Outcome, from: number) {
  for (const { line, path, message } of errors) {
    say(`row ${from + line}: ${[...path, message].join(': ')}`)
  }
}
