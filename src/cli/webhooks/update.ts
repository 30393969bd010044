import { type Command, Option } from 'commander'
import { createApiClient } from '../api-client'
import { CommandError } from '../failure'
import { describe, type View } from './list'
import {
  gathered,
  type Settings,
  type SettingsOptions,
  settingsOf,
  shownSettings,
  withSettingsOptions,
} from './settings'
import { type CommonOptions, commandOfOne, pathOf, print, printJson, say } from './shared'

interface Options extends CommonOptions, SettingsOptions {
  target?: string
  clear?: string[]
  dryRun?: true
}

export function updateCommand(): Command {
  const command = commandOfOne('update', 'change what is named, and nothing else', 'write')
    .option('--target <url>', 'where events are posted')
    .addOption(
      new Option(
        '--clear <setting>',
        'back to its default, e.g. rule, ordered, contentEncoding; may be repeated',
      ).argParser(gathered<string>((text) => text)),
    )
    .option('--dry-run', 'print what would be changed, and change nothing')
  return withSettingsOptions(command).action(update)
}

async function update(id: string, options: Options) {
  const cleared = Object.fromEntries((options.clear ?? []).map((name) => [name, null]))
  const changes = {
    ...(await settingsOf(options)),
    ...(options.target !== undefined && { targetUrl: options.target }),
    ...cleared,
  }
  if (Object.keys(changes).length === 0) {
    throw new CommandError('Say what to change: `nonius webhooks update --help` lists it')
  }
  if (options.dryRun) {
    printJson(shownSettings(changes))
    return say('A dry run: nothing was changed.')
  }
  await change(id, changes, options)
}

export function enableCommand(): Command {
  return commandOfOne('enable', 'have it sent events again', 'write')
    .addOption(
      new Option(
        '--resume-from <where>',
        'position: all that it is owed, also what was given up; now: only what comes from now on; or a time, e.g. 2026-11-21T09:30:00Z',
      ),
    )
    .addHelpText(
      'after',
      '\nIt resumes from its position, unless you say otherwise: nothing is left out.',
    )
    .action(async (id: string, options: CommonOptions & { resumeFrom?: string }) => {
      const { resumeFrom } = options
      await change(id, { enabled: true, ...(resumeFrom !== undefined && { resumeFrom }) }, options)
    })
}

export function disableCommand(): Command {
  return commandOfOne('disable', 'have it sent nothing; what it is owed is held', 'write').action(
    (id: string, options: CommonOptions) => change(id, { enabled: false }, options),
  )
}

async function change(id: string, changes: Settings, options: CommonOptions) {
  const view = await createApiClient(options)<View>('PATCH', pathOf(id), changes)
  if (options.json) return printJson(view)
  print(...describe(view))
}
