import type { Command } from 'commander'
import { createApiClient } from '../api-client'
import { confirm } from '../confirm'
import {
  adminCommand,
  type CommonOptions,
  type Erasure,
  pathOf,
  show,
  subjectsOf,
  untilOver,
  type WhoOptions,
  withPeople,
} from './shared'

interface Options extends CommonOptions, WhoOptions {
  mode: string
  reason: string
  dryRun?: true
  wait?: true
  yes?: true
}

export function eraseCommand(): Command {
  return withPeople(adminCommand('erase', 'erase people from everything that is kept'))
    .argument('[ids...]', 'as events name them: an IRI, an address, HOMEPAGE|NAME')
    .requiredOption('--reason <text>', 'stands in the certificate; name nobody in it')
    .option('--mode <mode>', 'delete, or anonymise, which keeps what happened', 'delete')
    .option('--dry-run', 'count by place, and change nothing')
    .option('--wait', 'wait until it is done, and show how far it is')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExits with 1 unless all was erased (--wait).')
    .action(erase)
}

async function erase(ids: string[], options: Options) {
  const subjects = await subjectsOf(ids, options)
  const { mode, reason, dryRun = false, yes } = options
  const count = subjects.reduce((sum, { actorIds, userIds }) => {
    return sum + (actorIds ?? userIds ?? []).length
  }, 0)
  if (!dryRun) {
    const question = `Erase ${count} ${count === 1 ? 'id' : 'ids'} for good?`
    if (!(await confirm({ question, yes, otherwise: 'pass --yes' }))) return
  }
  const ask = createApiClient(options)
  const begun: Erasure[] = []
  for (const subject of subjects) {
    begun.push(await ask<Erasure>('POST', pathOf(), { subject, mode, reason, dryRun }))
  }
  for (const one of begun) {
    const last = options.wait ? await untilOver(ask, one) : one
    if (options.wait && last.status !== 'done') process.exitCode = 1
    show(last, options)
  }
}
