import type { Command } from 'commander'
import { createApiClient } from '../api-client'
import { type SettingsOptions, settingsOf, shownSettings, withSettingsOptions } from './settings'
import { type CommonOptions, print, printJson, say, webhookCommand } from './shared'

interface Options extends CommonOptions, SettingsOptions {
  disabled?: true
  dryRun?: true
}

interface Created {
  id: string
  secret: string
  publicKey?: string
}

export function createCommand(): Command {
  const command = webhookCommand('create', 'make a webhook and print its secret, once', 'write')
    .argument('[target]', 'where events are posted: https://…; or `targetUrl` of --settings')
    .option('--disabled', 'owed events from now on, and sent them once it is enabled')
    .option('--dry-run', 'print the settings, and make nothing')
  return withSettingsOptions(command)
    .addHelpText(
      'after',
      '\nAll events are sent unless you say which. A secret of your own (whsec_…) goes into the file of\n--settings, as `secret`, so that no list of processes shows it.',
    )
    .action(create)
}

async function create(target: string | undefined, options: Options) {
  const settings = {
    ...(await settingsOf(options)),
    ...(target !== undefined && { targetUrl: target }),
    ...(options.disabled && { enabled: false }),
  }
  if (options.dryRun) {
    printJson(shownSettings(settings))
    return say('A dry run: nothing was made.')
  }
  const created = await createApiClient(options)<Created>('POST', 'webhooks', settings)
  if (options.json) return printJson(created)
  say(
    `Webhook ${created.id} is made. Its secret is shown this once: the receiver verifies with it.`,
  )
  if (created.publicKey !== undefined) say(`Its public key, for v1a: ${created.publicKey}`)
  // Nothing else goes to stdout, so that a script can take it.
  print(created.secret)
}
