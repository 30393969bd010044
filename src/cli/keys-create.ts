import { Command, InvalidArgumentError, Option } from 'commander'
import { issueKey, usualScopes, xapiScopes } from '../access/keys/key'
import { endExpected, readEnd } from '../access/keys/lifetime'
import { faultsOfPageKey, MAX_ORIGINS, pageScopes } from '../access/keys/page-key'
import { faultsOfRoleKey, type RoleFault, roleNamed } from '../access/keys/role-key'
import { FIRST_PEOPLE_SOURCE } from '../access/people/issuer'
import { registerClient } from '../access/tokens/client'
import { type Role, roles } from '../identity/role'
import { type Scope, scopes } from '../identity/scope'
import { originExpected, readOrigin } from '../syntax/origin'
import { operatorOf } from './audited'
import { chooseSource, terminalHere } from './choose-source'
import { CommandError } from './failure'
import type { RegistryPlace } from './registry-place'
import { endpointAt, publicUrlOption } from './server-options'
import { readSourceId } from './source-option'
import { requireTenant, tenantOption } from './tenant-option'

// With the key's own source, these are as many as one search of DynamoDB can name.
const MAX_SOURCES = 99

// Whoever has no other scopes sends nothing, and sees nothing of its source in particular.
const sourceless: readonly Scope[] = [
  ...(['admin', 'installation', 'metrics:read', 'events:read', 'consents:write'] as const),
  ...(['webhooks:read', 'webhooks:write', 'statements/read', 'all/read'] as const),
]

interface CreateOptions {
  tenant: string
  name?: string
  source?: string
  xapi?: true
  url?: URL
  scopes?: Scope[]
  sources?: string[] | '*'
  origin?: string[]
  role?: Role
  actor?: string
  aggregatesOnly?: true
  expires?: string
  client?: string
  issuer?: string
}

export function createKeyCommand({ open, home }: RegistryPlace): Command {
  return new Command('create')
    .description('make a key and print it: this once, only its hash is kept')
    .option(
      '-n, --name <name>',
      'what or who the key is for; needed unless it is --xapi, or sends nothing',
    )
    .addOption(tenantOption())
    .option(
      '-s, --source <id>',
      'what events sent with it are stamped with; a new one is added. Asked for at a terminal',
      readSourceId,
    )
    .addOption(
      new Option('--scopes <list>', `with commas between: ${scopes.join(', ')}`)
        .argParser(readScopes)
        .default(
          undefined,
          `${usualScopes.join(',')}; with --xapi ${xapiScopes.join(',')}; with --origin ${pageScopes.join(',')}`,
        ),
    )
    .addOption(
      new Option(
        '--origin <origin>',
        'for pages of this origin (https://quiz.example.edu), and nobody else; may be repeated. It only sends',
      )
        .argParser(readOriginOption)
        .conflicts(['client', 'sources']),
    )
    .addOption(
      new Option(
        '--role <role>',
        `the key is a person's, who reads what the role sees and does nothing else: ${roles.join(', ')}`,
      )
        .argParser(readRole)
        .conflicts(['client']),
    )
    .option('--actor <id>', 'with --role: whose key it is, as events name them')
    .option(
      '--aggregates-only',
      'with --role: answers hold nothing of single people, and no group below 5',
    )
    .option('--expires <when>', '90d, or a date; without it, the key has no end', readEndOption)
    .addOption(
      new Option(
        '--xapi',
        'print endpoint, key and secret, a line each, as tools that send xAPI ask for them',
      ).conflicts(['client', 'origin']),
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
      const { tenant: tenantId, xapi, url, sources, client: clientId, issuer } = options
      const { expires: expiresAt, origin: origins, role, actor: actorId } = options
      const { aggregatesOnly: isAggregateOnly } = options
      const others = { scopes: options.scopes, sources, origin: origins, xapi }
      const [wrong] = faultsOfRoleKey({ role, actorId, isAggregateOnly }, others)
      if (wrong) throw new CommandError(`${optionOf(wrong)}: ${wrong.message}`)
      const usual = origins ? pageScopes : usualScopes
      const { scopes = role ? [] : [...(xapi ? xapiScopes : usual)] } = options
      const [fault] = origins ? faultsOfPageKey({ scopes }) : []
      if (fault) throw new CommandError(`--${fault.path.join()}: ${fault.message}`)
      const isUnimportant = scopes.every((scope) => sourceless.includes(scope))
      // A name stands in lists that no erasure reaches: it never has whose key it is by itself.
      const { name = role ?? (xapi ? 'xAPI' : isUnimportant && scopes.join(' ')) } = options
      if (name === false) throw new CommandError('Say what the key is for: --name moodle')
      if (xapi && url === undefined) {
        throw new CommandError('Say where tools reach the server: --url, or NONIUS_URL')
      }
      if (clientId !== undefined && issuer === undefined) {
        throw new CommandError('--client needs --issuer, or NONIUS_OIDC_ISSUER')
      }
      using file = open(options)
      const at = new Date()
      await requireTenant(file.registry, tenantId)
      const choice = {
        tenantId,
        given: options.source,
        isUnimportant,
        terminal: terminalHere(),
        at,
      }
      // Whoever reads sends nothing. Scripts that set up tools of xAPI have never named a source.
      const sourceId =
        role !== undefined && options.source === undefined
          ? FIRST_PEOPLE_SOURCE
          : await chooseSource(file.registry, { ...choice, standIn: xapi && 'demo' })
      const more = {
        ...(sources && { sources }),
        ...(origins && { origins }),
        ...(expiresAt && { expiresAt }),
        ...(role && { role }),
        ...(isAggregateOnly && { isAggregateOnly }),
      }
      const grant = { tenantId, sourceId, name, scopes, ...more, ...(actorId && { actorId }) }
      const given = { sourceId, scopes, ...more }
      const audit = operatorOf(tenantId)
      const until = expiresAt === undefined ? '' : `, until ${expiresAt}`
      const pages = origins === undefined ? '' : `, for pages of ${origins.join(', ')}`
      const reads = role && `for the role ${role}${isAggregateOnly ? ', aggregates only' : ''}`
      const told = `${reads ?? `for source ${sourceId}: ${scopes.join(', ')}`}${pages}${until}\n`
      if (clientId !== undefined && issuer !== undefined) {
        const { keyId } = await registerClient(file.registry, grant, { issuer, clientId, at })
        await audit(file, 'client.registered', keyId, { ...given, issuer, clientId })
        process.stderr.write(`Client ${keyId} ${told}`)
        return
      }
      const { key, record } = await issueKey(file.registry, grant, { at })
      await audit(file, 'key.created', record.keyId, given)
      process.stderr.write(`Key ${record.keyId} ${told}`)
      // Nothing else goes to stdout, so that a script can take it.
      process.stdout.write(xapi ? shownFor(url!, record.keyId, key) : `${key}\n`)
    })
}

/** Writes the three lines that authoring tools ask for: Basic takes the key's id and the key. */
function shownFor(url: URL, keyId: string, key: string): string {
  return `endpoint ${endpointAt(url)}\nkey ${keyId}\nsecret ${key}\n`
}

const optionNames: Record<string, string> = {
  actorId: '--actor',
  isAggregateOnly: '--aggregates-only',
}

function optionOf({ of }: RoleFault): string {
  return optionNames[of] ?? `--${of}`
}

function readRole(text: string): Role {
  const role = roleNamed(text)
  if (role !== undefined) return role
  throw new InvalidArgumentError(`"${text}" is no role; they are ${roles.join(', ')}.`)
}

/** Reads the value of `--expires`. @returns ISO 8601 UTC */
export function readEndOption(text: string): string {
  const end = readEnd(text, new Date())
  if (end !== undefined) return end
  throw new InvalidArgumentError(`It must be ${endExpected}.`)
}

function readOriginOption(text: string, before: string[] = []): string[] {
  const origin = readOrigin(text)
  if (origin === undefined) throw new InvalidArgumentError(`It must be ${originExpected}.`)
  const named = [...new Set([...before, origin])]
  if (named.length <= MAX_ORIGINS) return named
  throw new InvalidArgumentError(`A key is for at most ${MAX_ORIGINS} origins.`)
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
