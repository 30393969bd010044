import type { Command } from 'commander'
import { createApiClient } from '../api-client'
import { renderTable } from '../table'
import {
  adminCommand,
  type CommonOptions,
  type Erasure,
  pathOf,
  print,
  printJson,
  show,
  subjectsOf,
  type WhoOptions,
  withPeople,
} from './shared'

export function erasuresCommand(): Command {
  return adminCommand('erasures', 'list erasures, or show one with its certificate')
    .argument('[id]', 'as the list shows it')
    .option('--certificate', 'print the certificate alone')
    .action(async (id: string | undefined, options: CommonOptions & { certificate?: true }) => {
      const ask = createApiClient(options)
      if (id !== undefined) {
        const erasure = await ask<Erasure>('GET', pathOf(id))
        return options.certificate ? printJson(erasure.certificate) : show(erasure, options)
      }
      const { erasures } = await ask<{ erasures: Erasure[] }>('GET', pathOf())
      if (options.json) return printJson(erasures)
      const rows = erasures.map((one) => [
        ...[one.id, one.status, one.dryRun ? 'dry run' : one.mode, one.ids, one.requestedAt],
        one.reason,
      ])
      print(renderTable(['erasure', 'status', 'mode', 'ids', 'requested', 'reason'], rows))
    })
}

export function cancelCommand(): Command {
  return adminCommand('cancel', 'cancel an erasure that waits')
    .argument('<id>', 'as `privacy erasures` shows it')
    .action(async (id: string, options: CommonOptions) => {
      show(await createApiClient(options)<Erasure>('POST', pathOf(id, 'cancel'), {}), options)
    })
}

export function liftCommand(): Command {
  return withPeople(adminCommand('lift', 'let people come again who were erased'))
    .argument('[ids...]', 'as events name them')
    .action(async (ids: string[], options: CommonOptions & WhoOptions) => {
      const ask = createApiClient(options)
      let lifted = 0
      for (const subject of await subjectsOf(ids, options)) {
        const answer = await ask<{ lifted: number }>('POST', 'privacy/tombstones/lift', subject)
        lifted += answer.lifted
      }
      if (options.json) return printJson({ lifted })
      print(`${lifted} tombstones were lifted.`)
    })
}

export function keyCommand(): Command {
  return adminCommand('key', 'print the public key by which certificates are signed').action(
    async (options: CommonOptions) => {
      printJson(await createApiClient(options)<object>('GET', 'privacy/certificates/key'))
    },
  )
}
