import { Command } from 'commander'
import { findKey } from '../access/keys/find-key'
import { reachOf } from '../identity/reach'
import type { ApiKey } from '../platform/registry/keys'
import { withLastUse } from '../watch/last-used'
import { operatorOf } from './audited'
import { CommandError } from './failure'
import { createKeyCommand } from './keys-create'
import { rotateKeyCommand } from './keys-rotate'
import { at, dataDirPlace, type RegistryPlace } from './registry-place'
import { renderTable } from './table'
import { requireTenant, tenantOption } from './tenant-option'

/** @param place the data directory of one machine, unless told otherwise */
export function keysCommand(place: RegistryPlace = dataDirPlace): Command {
  return new Command('keys')
    .description('create, list, rotate and revoke keys; works while the server runs')
    .addCommand(at(place, createKeyCommand(place)))
    .addCommand(at(place, listCommand(place)))
    .addCommand(at(place, rotateKeyCommand(place)))
    .addCommand(at(place, revokeCommand(place)))
}

interface TenantOptions {
  tenant: string
}

function listCommand({ open }: RegistryPlace): Command {
  return new Command('list')
    .description('list the keys, without what would let someone use them')
    .addOption(tenantOption())
    .option('--json', 'print JSON')
    .action(async (options: TenantOptions & { json?: true }) => {
      using file = open(options)
      await requireTenant(file.registry, options.tenant)
      const held = await file.registry.keys.list(options.tenant)
      const keys = await withLastUse(held, options.tenant, file.activity)
      const text = options.json ? JSON.stringify(keys.map(withoutHash), null, 2) : tableOf(keys)
      process.stdout.write(`${text}\n`)
    })
}

function revokeCommand({ open }: RegistryPlace): Command {
  return new Command('revoke')
    .description('end a key; a running server stops taking it within seconds')
    .argument('<id>', 'as `keys list` shows it, or how it begins')
    .addOption(tenantOption())
    .action(async (id: string, options: TenantOptions) => {
      using file = open(options)
      const { keys } = file.registry
      await requireTenant(file.registry, options.tenant)
      const { keyId, name } = findKey(await keys.list(options.tenant), id)
      if (!(await keys.revoke(options.tenant, keyId, new Date().toISOString()))) {
        throw new CommandError(`There is no key ${keyId} in use; \`nonius keys list\` shows them`)
      }
      await operatorOf(options.tenant)(file, 'key.revoked', keyId)
      process.stderr.write(`Revoked ${keyId} (${name}).\n`)
    })
}

function withoutHash({ hash: _, ...rest }: ApiKey) {
  return rest
}

function tableOf(keys: (ApiKey & { lastUsedAt?: string })[]): string {
  const names = [
    'id',
    'begins',
    'name',
    'source',
    'quarantine of',
    'scopes',
    'role',
    'pages of',
    'created',
    'last used',
  ]
  const rows = keys.map((key) => [
    key.keyId,
    `${key.hint}…`,
    key.name,
    key.sourceId,
    reachText(key),
    key.scopes.join(' '),
    roleText(key),
    key.origins?.join(' '),
    key.createdAt.slice(0, 10),
    key.lastUsedAt?.slice(0, 16).replace('T', ' ') ?? 'never',
    key.expiresAt?.slice(0, 16).replace('T', ' '),
    key.revokedAt?.slice(0, 10),
  ])
  return renderTable([...names, 'expires', 'revoked'], rows)
}

function roleText({ role, actorId, isAggregateOnly }: ApiKey): string | undefined {
  if (role === undefined) return undefined
  const whose = actorId === undefined ? '' : ` ${actorId}`
  return `${role}${whose}${isAggregateOnly ? ' (aggregates only)' : ''}`
}

function reachText(key: ApiKey): string {
  const reach = reachOf(key)
  return reach === '*' ? '*' : reach.join(' ')
}
