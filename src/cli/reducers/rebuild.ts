import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import { type ApiClient, createApiClient } from '../api-client'
import { CommandError } from '../failure'
import { adminCommand, type CommonOptions, print, printJson, say } from '../privacy/shared'
import { showShare } from '../progress'
import { conditionOf, pathOf, REDUCERS, type Reducer } from './shared'

interface Options extends CommonOptions {
  cancel?: true
  wait: boolean
}

interface Begun {
  name: string
  version: number
  since: string
}

export function rebuildCommand(): Command {
  return adminCommand('rebuild', 'make the states of a reducer anew, from all that is stored')
    .argument('<name>', 'as `nonius reducers list` has it')
    .option('--no-wait', 'begin it, and do not wait for its end')
    .option('--cancel', 'end a rebuild that is under way')
    .addHelpText(
      'after',
      '\nThe states that are shown go on meanwhile, and are replaced at the end. It goes on after a\nrestart of the server. Ctrl-C ends the waiting, not the rebuild; exits with 1 unless it was done.',
    )
    .action(rebuild)
}

async function rebuild(name: string, options: Options) {
  const ask = createApiClient(options)
  const path = pathOf(name, 'rebuild')
  if (options.cancel) {
    await ask('DELETE', path)
    return say(`No rebuild of ${name} is under way.`)
  }
  const begun = await ask<Begun>('POST', path)
  if (!options.wait) return options.json ? printJson(begun) : say(`${name}: it has begun.`)
  const last = await untilShown(ask, begun)
  if (options.json) return printJson(last)
  print(`${name}: version ${last.version} is shown.`)
}

// A person sees the bar move; a rebuild of hours costs the server next to nothing.
const LOOK_EVERY_MS = 500

/** @throws {CommandError} when somebody ended it, or another version took its place */
async function untilShown(ask: ApiClient, begun: Begun): Promise<Reducer> {
  say(`A rebuild of ${begun.name} has begun (Ctrl-C ends the waiting, not the rebuild).`)
  using progress = showShare(process.stderr)
  let said = ''
  for (;;) {
    const { reducers } = await ask<{ reducers: Reducer[] }>('GET', REDUCERS)
    const found = reducers.find(({ name }) => name === begun.name)
    if (found === undefined) throw new CommandError(`${begun.name} is not loaded any more.`)
    const { building } = found
    if (building === undefined) {
      if (found.since !== undefined && found.since >= begun.since) return found
      throw new CommandError(`The rebuild of ${begun.name} was ended before its time.`)
    }
    const { percent = 0, read = 0, trouble } = building.progress ?? {}
    progress.show(percent / 100, `${read.toLocaleString('en')} events read`)
    // Where there is no bar, one line says why nothing happens.
    if (trouble !== undefined && trouble !== said) say(`${begun.name}: ${conditionOf(found)}`)
    said = trouble ?? ''
    await wait(LOOK_EVERY_MS)
  }
}
