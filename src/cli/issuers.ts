import { Command, InvalidArgumentError, type Option } from 'commander'
import { SOURCE_ID } from '../access/keys/sources'
import {
  ACTOR_ID,
  checkIssuer,
  FIRST_PEOPLE_SOURCE,
  issuerId,
  MAX_ACTOR_IDS,
  MAX_NAME,
  MAX_ROLES,
  type PeopleIssuer,
} from '../access/people/issuer'
import { createPeopleIssuers } from '../access/people/issuers'
import type { AuditTrail } from '../audit/trail'
import { personRoles } from '../identity/role'
import { createGuard } from '../outbound/guard'
import { systemClock as clock } from '../platform/clock'
import type { DocumentStore } from '../platform/document-store'
import { openDocumentsFile } from '../platform/local'
import type { Registry } from '../platform/registry'
import { operatorOf } from './audited'
import { type DataDirOption, dataDirOption, requireDataDir } from './data-dir'
import { CommandError } from './failure'
import { at, offlineTrail } from './registry-place'
import { renderTable } from './table'
import { requireTenant, tenantOption } from './tenant-option'

/** An issuers place opens the tenants, and the documents where their issuers stand. */
export interface IssuersPlace {
  /** These options name the place. */
  options(): Option[]
  /** @param options the options of the command, with those of the place among them */
  open(options: object): {
    registry: Pick<Registry, 'tenants'>
    documents: Pick<DocumentStore, 'get' | 'put' | 'delete' | 'list'>
    audit: Pick<AuditTrail, 'append'>
  } & Disposable
}

const dataDirPlace: IssuersPlace = {
  options: () => [dataDirOption()],
  open(options) {
    const opened = openDocumentsFile(requireDataDir(options as DataDirOption), clock)
    return { ...opened, audit: offlineTrail(opened), [Symbol.dispose]: () => opened.db.close() }
  },
}

/** @param place the data directory of one machine, unless told otherwise */
export function issuersCommand(place: IssuersPlace = dataDirPlace): Command {
  return new Command('issuers')
    .description('whose tokens are taken as those of people; works while the server runs')
    .addCommand(at(place, addCommand(place)))
    .addCommand(at(place, listCommand(place)))
    .addCommand(at(place, removeCommand(place)))
}

interface Options {
  tenant: string
  audience: string
  jwksUrl?: string
  learner: string
  roles?: string
  actorId?: string[]
  role: Record<string, string>
  source: string
  json?: true
}

function addCommand({ open }: IssuersPlace): Command {
  return new Command('add')
    .description('take the tokens of an issuer, or change how; a server follows within seconds')
    .argument('<issuer>', 'exactly as in the claim iss', readName)
    .requiredOption(
      '--audience <name>',
      'what it calls this tenant here, and nobody else',
      readName,
    )
    .option('--jwks-url <url>', 'its keys; found by OpenID Connect Discovery when left out')
    .option('--learner <claim>', 'says the learner as events name them', readName, 'sub')
    .option('--roles <claim>', 'says their roles, e.g. realm_access.roles', readName)
    .option(
      '--role <theirs=ours>',
      `a role here (${personRoles.join(', ')}) by the name of theirs; several times`,
      readRole,
      {},
    )
    .option(
      '--actor-id <template>',
      'another id of the same learner, with claims in braces: https://lms.example.edu/users/{sub}; several times',
      readActorId,
    )
    .option('-s, --source <id>', 'stamped on what they send', readSource, FIRST_PEOPLE_SOURCE)
    .addOption(tenantOption())
    .action(async (issuer: string, options: Options) => {
      using file = open(options)
      const { tenantId } = await requireTenant(file.registry, options.tenant)
      const { audience, jwksUrl, learner, roles, role, source: sourceId } = options
      const settings = { issuer, audience, ...(jwksUrl !== undefined && { jwksUrl }) }
      // Whoever runs the command runs the server, which asks again before it calls anything.
      const guard = createGuard({ allowPrivate: true })
      await checkIssuer(settings, { guard, mayBePlain: true })
      const { actorId: actorIds } = options
      const claims = {
        learner,
        ...(roles !== undefined && { roles }),
        ...(actorIds && { actorIds }),
      }
      const createdAt = clock.now().toISOString()
      const given = { ...settings, tenantId, claims, roles: role, sourceId, createdAt }
      const { isNew } = await createPeopleIssuers(file).put(given)
      const audited = { claims, roles: role, sourceId }
      await operatorOf(tenantId)(file, 'issuer.put', issuerId(given), audited)
      const done = isNew ? 'Added' : 'Changed'
      process.stderr.write(`${done} ${issuerId(given)}, for people of ${tenantId}.\n`)
    })
}

function listCommand({ open }: IssuersPlace): Command {
  return new Command('list')
    .description("list a tenant's issuers")
    .addOption(tenantOption())
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      using file = open(options)
      const { tenantId } = await requireTenant(file.registry, options.tenant)
      const all = await createPeopleIssuers(file).list(tenantId)
      process.stdout.write(`${options.json ? JSON.stringify(all, null, 2) : tableOf(all)}\n`)
    })
}

function removeCommand({ open }: IssuersPlace): Command {
  return new Command('remove')
    .description('take no tokens of an issuer any more; a server follows within seconds')
    .argument('<issuer>', 'as `issuers list` shows it')
    .requiredOption('--audience <name>', 'as `issuers list` shows it')
    .addOption(tenantOption())
    .action(async (issuer: string, options: Options) => {
      using file = open(options)
      const { tenantId } = await requireTenant(file.registry, options.tenant)
      const { audience } = options
      if (!(await createPeopleIssuers(file).remove(tenantId, { issuer, audience }))) {
        const message = `${tenantId} has no issuer ${issuer} with the audience ${audience}`
        throw new CommandError(`${message}; \`nonius issuers list\` shows them`)
      }
      await operatorOf(tenantId)(file, 'issuer.removed', issuerId({ issuer, audience }))
      process.stderr.write(`Removed ${issuer} (${audience}).\n`)
    })
}

function tableOf(issuers: readonly PeopleIssuer[]): string {
  const names = ['id', 'issuer', 'audience', 'learner', 'roles', 'source', 'created']
  const rows = issuers.map((one) => [
    ...[issuerId(one), one.issuer, one.audience, one.claims.learner],
    Object.entries(one.roles)
      .map((pair) => pair.join('='))
      .join(' '),
    ...[one.sourceId, one.createdAt.slice(0, 10)],
  ])
  return renderTable(names, rows)
}

function readName(name: string): string {
  if (name.length > 0 && name.length <= MAX_NAME) return name
  throw new InvalidArgumentError(`It must have 1 to ${MAX_NAME} characters.`)
}

function readActorId(template: string, before: string[] = []): string[] {
  if (template.length > MAX_NAME || !ACTOR_ID.test(template)) {
    throw new InvalidArgumentError('It must have a claim in braces, e.g. {sub}.')
  }
  if (before.length < MAX_ACTOR_IDS) return [...before, template]
  throw new InvalidArgumentError(`There may be ${MAX_ACTOR_IDS} of them.`)
}

function readSource(id: string): string {
  if (SOURCE_ID.test(id)) return id
  throw new InvalidArgumentError('It must be 1 to 64 letters, digits and . _ -.')
}

function readRole(pair: string, before: Record<string, string>): Record<string, string> {
  const equals = pair.lastIndexOf('=')
  const [theirs, ours] = [pair.slice(0, equals), pair.slice(equals + 1)]
  const isOurs = personRoles.some((role) => role === ours)
  if (equals < 1 || theirs.length > MAX_NAME || !isOurs) {
    const list = personRoles.join(', ')
    throw new InvalidArgumentError(`It must be THEIRS=OURS; ours is one of ${list}.`)
  }
  const roles = { ...before, [theirs]: ours }
  if (Object.keys(roles).length <= MAX_ROLES) return roles
  throw new InvalidArgumentError(`There may be ${MAX_ROLES} roles.`)
}
