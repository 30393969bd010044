import { Command, InvalidArgumentError, Option } from 'commander'
import { findKey } from '../access/keys/find-key'
import { overlapExpected, readOverlap } from '../access/keys/lifetime'
import { rotateKey } from '../access/keys/rotate'
import { operatorOf } from './audited'
import { readEndOption } from './keys-create'
import type { RegistryPlace } from './registry-place'
import { requireTenant, tenantOption } from './tenant-option'

interface RotateOptions {
  tenant: string
  overlap: number
  expires?: string
}

export function rotateKeyCommand({ open }: RegistryPlace): Command {
  return new Command('rotate')
    .description('make a key in the place of another and print it; the old one ends after a while')
    .argument('<id>', 'as `keys list` shows it, or how it begins')
    .addOption(tenantOption())
    .addOption(
      new Option('--overlap <duration>', 'how long both work: 30m, 7d; 0m ends the old one at once')
        .argParser(readOverlapOption)
        .default(readOverlapOption('24h'), '24h'),
    )
    .option(
      '--expires <when>',
      'when the new one ends: 90d, or a date; by default it lasts as long as the old one was made for',
      readEndOption,
    )
    .action(async (id: string, options: RotateOptions) => {
      const { tenant: tenantId, overlap: overlapMs, expires: expiresAt } = options
      using file = open(options)
      await requireTenant(file.registry, tenantId)
      const old = findKey(await file.registry.keys.list(tenantId), id)
      const rotation = { at: new Date(), overlapMs, expiresAt }
      const { key, record, oldEndsAt } = await rotateKey(file.registry, old, rotation)
      const done = { by: record.keyId, oldEndsAt }
      await operatorOf(tenantId)(file, 'key.rotated', old.keyId, done)
      const until = record.expiresAt === undefined ? '' : `, until ${record.expiresAt}`
      process.stderr.write(
        `Key ${record.keyId} stands in the place of ${old.keyId} (${old.name}), which ends at ${oldEndsAt}.\n` +
          `It is for ${record.role ? `the role ${record.role}` : `source ${record.sourceId}: ${record.scopes.join(', ')}`}${until}\n`,
      )
      // Nothing else goes to stdout, so that a script can take it.
      process.stdout.write(`${key}\n`)
    })
}

function readOverlapOption(text: string): number {
  const ms = readOverlap(text)
  if (ms !== undefined) return ms
  throw new InvalidArgumentError(`It must be ${overlapExpected}.`)
}
