import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { LoadedRoster } from '../../rosters/rosters'
import { createApiClient } from '../api-client'
import { adminCommand, type CommonOptions, print, printJson, say } from '../privacy/shared'
import { renderTable } from '../table'

interface LoadOptions extends CommonOptions {
  dryRun?: true
  actorId?: string
  groupId?: string
}

type Loaded = LoadedRoster & { dryRun: boolean }

// A person reads some lines; `--json` has a hundred.
const MOST_SHOWN = 20

export function loadCommand(): Command {
  return adminCommand('load', 'put the roster of a ZIP in the place of the one that is loaded')
    .argument('<file>', 'OneRoster 1.1 or 1.2, CSV files in a ZIP')
    .option('--dry-run', 'say what would change, and change nothing')
    .option(
      '--actor-id <column>',
      'names people as events do: sourcedId, identifier, username, email, userId, or a text with one in braces',
    )
    .option(
      '--group-id <column>',
      'names classes as events do: sourcedId, classCode, or such a text',
    )
    .action(async (file: string, options: LoadOptions) => {
      const { dryRun, actorId, groupId } = options
      const query = new URLSearchParams({
        ...(dryRun && { dryRun: 'true' }),
        ...(actorId !== undefined && { actorId }),
        ...(groupId !== undefined && { groupId }),
      })
      const zip = new Uint8Array(await readFile(file))
      const ask = createApiClient(options)
      const loaded = await ask<Loaded>('PUT', `rosters?${query}`, zip)
      if (options.json) return printJson(loaded)
      show(loaded)
      say(dryRun ? 'A dry run: nothing was changed.' : 'It is loaded.')
    })
}

function show({ version, counts, changes, warnings }: Loaded) {
  const { access, enrolments, ...counted } = changes
  const rows = [
    ['classes', counts.classes, ...valuesOf(counted.classes)],
    ['enrolments', counts.enrolments, enrolments.added, '', enrolments.removed],
    ['organisations', counts.organisations, ...valuesOf(counted.organisations)],
    ['staff, by id', '', ...valuesOf(counted.staff)],
  ]
  print(`OneRoster ${version}, ${counts.users} people.`)
  print(renderTable(['', 'has', 'added', 'changed', 'removed'], rows))
  for (const { message, count } of warnings) say(`Note: ${message} (${count})`)
  for (const { actor, gains, loses } of access.slice(0, MOST_SHOWN)) {
    if (loses.length > 0) print(`${actor} loses ${loses.join(', ')}`)
    if (gains.length > 0) print(`${actor} gains ${gains.join(', ')}`)
  }
  if (access.length > MOST_SHOWN) say('… and more; --json has a hundred')
}

const valuesOf = ({
  added,
  changed,
  removed,
}: {
  added: number
  changed: number
  removed: number
}) => [...[added, changed, removed]]
