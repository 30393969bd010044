import type { Command } from 'commander'
import type { RosterState, Staff } from '../../rosters/rosters'
import type { GroupDocument } from '../../rosters/stored'
import { createApiClient } from '../api-client'
import { adminCommand, type CommonOptions, print, printJson, say } from '../privacy/shared'
import { renderTable } from '../table'

interface ShowOptions extends CommonOptions {
  actor?: string
  group?: string
}

interface Shown extends RosterState {
  staff?: Staff
  group?: GroupDocument
}

export function showCommand(): Command {
  return adminCommand(
    'show',
    'show which roster is loaded, what somebody teaches, who is in a class',
  )
    .option('--actor <id>', 'as events name them: what they teach and manage')
    .option('--group <id>', 'as events name it: who is in it')
    .action(async (options: ShowOptions) => {
      const { actor, group } = options
      const query = new URLSearchParams({
        ...(actor !== undefined && { actor }),
        ...(group !== undefined && { group }),
      })
      const found = await createApiClient(options)<Shown>('GET', `rosters?${query}`)
      if (options.json) return printJson(found)
      print(summaryOf(found))
      if (found.staff !== undefined)
        print(renderTable(['group', 'does', 'since'], rowsOf(found.staff)))
      if (found.group !== undefined) {
        const { id, title, org, members } = found.group
        print(`${id}: ${title}, of ${org}`)
        print(renderTable(['id', 'role', 'from', 'to'], members.map(rowOfMember)))
      } else if (group !== undefined) say(`${group} is in no roster.`)
    })
}

function summaryOf({ status, version, counts, loadedAt, loadedBy }: RosterState): string {
  if (counts === undefined) return status === 'none' ? 'Nothing is loaded.' : 'It is being loaded.'
  const { users, classes, enrolments, organisations } = counts
  const has = `${users} people, ${classes} classes, ${enrolments} enrolments, ${organisations} organisations`
  const more = status === 'loading' ? '; another is being loaded, or was cut short' : ''
  return `OneRoster ${version}: ${has}; loaded ${loadedAt} by ${loadedBy}${more}`
}

function rowsOf({ teaches, manages, terms = [], orgs = [], told }: Staff): unknown[][] {
  const during = ({
    from = '',
    to = '',
  }: {
    from?: string | undefined
    to?: string | undefined
  }) => (from === '' && to === '' ? '' : `${from} to ${to}`)
  return [
    ...teaches.map((group) => [group, 'teaches']),
    ...manages.map((group) => [group, 'manages']),
    ...terms.map(({ group, does, ...term }) => [group, does, during(term)]),
    ...orgs.map(({ org, ...term }) => [`all of ${org}`, 'manages', during(term)]),
    ...told.map(({ group, does, at }) => [group, does, `told ${at}`]),
  ]
}

function rowOfMember({ ids, role, from, to }: GroupDocument['members'][number]): unknown[] {
  return [ids[0], role, from, to]
}

export function removeCommand(): Command {
  return adminCommand('remove', 'forget who teaches and learns what').action(
    async (options: CommonOptions) => {
      await createApiClient(options)('DELETE', 'rosters')
      say('Removed: no teacher sees a group any more.')
    },
  )
}
