import { Command, InvalidArgumentError, Option } from 'commander'
import { issueKey, usualScopes, xapiScopes } from '../access/keys/key'
import { registerClient } from '../access/tokens/client'
import { reachOf } from '../identity/reach'
import { type Scope, scopes } from '../identity/scope'
import type { ApiKey } from '../platform/registry/keys'
import { CommandError } from './failure'
import { withLastUse } from './last-used'
import { at, dataDirPlace, type RegistryPlace } from './registry-place'
import { endpointAt, publicUrlOption } from './server-options'
import { addSourceOnce, readSourceId } from './source-option'
import { renderTable } from './table'

// A first start creates this tenant; others come with their own commands.
const tenantId = 'default'

// With the key's own source, these are as many as one search of DynamoDB can name.
const MAX_SOURCES = 99

/** @param place the data directory of one machine, unless told otherwise */
export function keysCommand(place: RegistryPlace = dataDirPlace): Command {
  return new Command('keys')
    .description('create, list and revoke keys; works while the server runs')
    .addCommand(at(place, createCommand(place)))
    .addCommand(at(place, listCommand(place)))
    .addCommand(at(place, revokeCommand(place)))
}

interface CreateOptions {
  name?: string
  source: string
  xapi?: true
  url?: URL
  scopes?: Scope[]
  sources?: string[] | '*'
  client?: string
  issuer?: string
}

function createCommand({ open, home }: RegistryPlace): Command {
  return new Command('create')
    .description('make a key and print it: this once, only its hash is kept')
    .option('-n, --name <name>', 'what or who the key is for; needed unless it is --xapi')
    .option(
      '-s, --source <id>',
      'what events sent with it are stamped with; a new one is added',
      readSourceId,
      'demo',
    )
    .addOption(
      new Option('--scopes <list>', `with commas between: ${scopes.join(', ')}`)
        .argParser(readScopes)
        .default(undefined, `${usualScopes.join(',')}; with --xapi ${xapiScopes.join(',')}`),
    )
    .addOption(
      new Option(
        '--xapi',
        'print endpoint, key and secret, a line each, as tools that send xAPI ask for them',
      ).conflicts('client'),
    )
    .addOption(publicUrlOption('with --xapi: where those tools reach the server', home))
    .option(
      '--sources <list>',
      'whose quarantine it reaches beside that of its own source, with commas between; * for all',
      readSources,
    )
    .option(
      '--client <id>',
      'no key, but let this client of the identity provider send; see docs/tokens.md',
    )
    .addOption(
      new Option('--issuer <url>', 'the identity provider that the client is of').env(
        'NONIUS_OIDC_ISSUER',
      ),
    )
    .action(async (options: CreateOptions) => {
      const { source: sourceId, xapi, url, sources, client: clientId, issuer } = options
      const { name = xapi && 'xAPI', scopes = [...(xapi ? xapiScopes : usualScopes)] } = options
      if (name === undefined) throw new CommandError('Say what the key is for: --name moodle')
      if (xapi && url === undefined) {
        throw new CommandError('Say where tools reach the server: --url, or NONIUS_URL')
      }
      if (clientId !== undefined && issuer === undefined) {
        throw new CommandError('--client needs --issuer, or NONIUS_OIDC_ISSUER')
      }
      using file = open(options)
      const at = new Date()
      await addSourceOnce(file.registry, { tenantId, sourceId }, at)
      const grant = { tenantId, sourceId, name, scopes, ...(sources && { sources }) }
      if (clientId !== undefined && issuer !== undefined) {
        const { keyId } = await registerClient(file.registry, grant, { issuer, clientId, at })
        process.stderr.write(`Client ${keyId} for source ${sourceId}: ${scopes.join(', ')}\n`)
        return
      }
      const { key, record } = await issueKey(file.registry, grant, { at })
      process.stderr.write(`Key ${record.keyId} for source ${sourceId}: ${scopes.join(', ')}\n`)
      // Nothing else goes to stdout, so that a script can take it.
      process.stdout.write(xapi ? shownFor(url!, record.keyId, key) : `${key}\n`)
    })
}

/** Writes the three lines that authoring tools ask for: Basic takes the key's id and the key. */
function shownFor(url: URL, keyId: string, key: string): string {
  return `endpoint ${endpointAt(url)}\nkey ${keyId}\nsecret ${key}\n`
}

function listCommand({ open }: RegistryPlace): Command {
  return new Command('list')
    .description('list the keys, without what would let someone use them')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      using file = open(options)
      const held = await file.registry.keys.list(tenantId)
      const keys = await withLastUse(held, tenantId, file.activity)
      const text = options.json ? JSON.stringify(keys.map(withoutHash), null, 2) : tableOf(keys)
      process.stdout.write(`${text}\n`)
    })
}

function revokeCommand({ open }: RegistryPlace): Command {
  return new Command('revoke')
    .description('end a key; a running server stops taking it within seconds')
    .argument('<keyId>', 'as `keys list` shows it')
    .action(async (keyId: string, options: object) => {
      using file = open(options)
      if (!(await file.registry.keys.revoke(tenantId, keyId, new Date().toISOString()))) {
        throw new CommandError(`There is no key ${keyId} in use; \`nonius keys list\` shows them`)
      }
      process.stderr.write(`Revoked ${keyId}.\n`)
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
    'created',
    'last used',
    'revoked',
  ]
  const rows = keys.map((key) => [
    key.keyId,
    `${key.hint}…`,
    key.name,
    key.sourceId,
    reachText(key),
    key.scopes.join(' '),
    key.createdAt.slice(0, 10),
    key.lastUsedAt?.slice(0, 16).replace('T', ' ') ?? 'never',
    key.revokedAt?.slice(0, 10),
  ])
  return renderTable(names, rows)
}

function reachText(key: ApiKey): string {
  const reach = reachOf(key)
  return reach === '*' ? '*' : reach.join(' ')
}

function readSources(list: string): string[] | '*' {
  const named = list.split(',').map((name) => name.trim())
  if (named.includes('*')) return '*'
  if (named.length > MAX_SOURCES) {
    throw new InvalidArgumentError(`At most ${MAX_SOURCES} sources can be named; * is all of them.`)
  }
  return [...new Set(named.map(readSourceId))]
}

function readScopes(list: string): Scope[] {
  const named = list.split(',').map((name) => name.trim())
  const unknown = named.find((name) => !scopes.includes(name as Scope))
  if (unknown === undefined) return named as Scope[]
  throw new InvalidArgumentError(`"${unknown}" is not a scope; they are ${scopes.join(', ')}.`)
}
