import type { Command } from 'commander'
import { createApiClient } from '../api-client'
import { confirm } from '../confirm'
import { CommandError } from '../failure'
import { yesOption } from '../file-standards'
import { harmless } from '../table'
import type { View } from './list'
import { type CommonOptions, commandOfOne, pathOf, printJson, say } from './shared'

interface Options extends CommonOptions {
  yes?: true
  dryRun?: true
}

export function deleteCommand(): Command {
  return commandOfOne('delete', 'delete a webhook, and what waits for it', 'write')
    .option('--dry-run', 'say what would be deleted, and delete nothing')
    .addOption(yesOption())
    .action(remove)
}

async function remove(id: string, options: Options) {
  const ask = createApiClient(options)
  const view = await ask<View>('GET', pathOf(id))
  const named = harmless(`${view.id} (${view.name}, ${view.targetUrl})`)
  if (options.dryRun) {
    if (options.json) return printJson({ found: view.id })
    return say(`${named} would be deleted, and what waits for it.`)
  }
  const question = `${named} and what waits for it will be deleted, and cannot be brought back: delete it?`
  if (!(await confirm({ question, yes: options.yes, otherwise: 'pass --yes' }))) {
    throw new CommandError('Nothing was deleted')
  }
  await ask('DELETE', pathOf(id))
  if (options.json) return printJson({ deleted: view.id })
  say(`Deleted ${view.id}.`)
}
