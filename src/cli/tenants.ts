import { Command, InvalidArgumentError, Option } from 'commander'
import { FIRST_SOURCE, makeTenant, TENANT_ID, tenantIdExpected } from '../access/keys/new-tenant'
import { type Tenant, type XapiMode, xapiModes } from '../platform/registry/tenants'
import { hostPatternExpected, isHostPattern, MAX_HOSTS } from '../webhooks/target/hosts'
import { operatorOf } from './audited'
import { at, dataDirPlace, type RegistryPlace } from './registry-place'
import { readSourceId } from './source-option'
import { renderTable } from './table'
import { requireTenant } from './tenant-option'

/** @param place the data directory of one machine, unless told otherwise */
export function tenantsCommand(place: RegistryPlace = dataDirPlace): Command {
  return new Command('tenants')
    .description('make, show and change tenants; works while the server runs')
    .addCommand(at(place, createCommand(place)))
    .addCommand(at(place, listCommand(place)))
    .addCommand(at(place, getCommand(place)))
    .addCommand(at(place, setCommand(place)))
}

interface CreateOptions {
  id?: string
  source: string
}

function createCommand({ open }: RegistryPlace): Command {
  return new Command('create')
    .description('make a tenant with a source and a key that administers it, printed this once')
    .argument('<name>', 'for people: "University of Ulm"', readName)
    .option('--id <id>', `made from the name when left out; ${tenantIdExpected}`, readTenantId)
    .option('-s, --source <id>', 'its first source', readSourceId, FIRST_SOURCE)
    .action(async (name: string, { id: tenantId, source: sourceId, ...place }: CreateOptions) => {
      using file = open(place)
      const asked = { name, tenantId, sourceId }
      const { tenant, key, record } = await makeTenant(file.registry, asked, new Date())
      const { tenantId: made } = tenant
      await operatorOf(made)(file, 'tenant.created', made, { adminKey: record.keyId })
      process.stderr.write(
        `Tenant ${tenant.tenantId} (${name}), with the source ${sourceId}.\n` +
          `Its admin key ${record.keyId} is shown this once; only its hash is kept:\n`,
      )
      // Nothing else goes to stdout, so that a script can take it.
      process.stdout.write(`${key}\n`)
    })
}

function listCommand({ open }: RegistryPlace): Command {
  return new Command('list')
    .description('list the tenants, oldest first')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      using file = open(options)
      const tenants = await file.registry.tenants.list()
      process.stdout.write(
        options.json ? `${JSON.stringify(tenants, null, 2)}\n` : tableOf(tenants),
      )
    })
}

function readName(name: string): string {
  if (name.trim() !== '' && [...name].length <= 200) return name
  throw new InvalidArgumentError('It must have 1 to 200 characters.')
}

function readTenantId(id: string): string {
  if (TENANT_ID.test(id)) return id
  throw new InvalidArgumentError(`It must be ${tenantIdExpected}.`)
}

function getCommand({ open }: RegistryPlace): Command {
  return new Command('get')
    .description('show a tenant')
    .argument('[id]', 'the tenant', 'default')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: true }) => {
      using file = open(options)
      process.stdout.write(textOf(await requireTenant(file.registry, id), options))
    })
}

interface SetOptions {
  xapi?: XapiMode
  webhookHosts?: string[] | 'any'
  json?: true
}

function readHosts(text: string): string[] | 'any' {
  if (text === 'any') return text
  const hosts = text.split(',').map((host) => host.trim())
  const wrong = hosts.find((host) => !isHostPattern(host))
  if (wrong !== undefined) throw new InvalidArgumentError(`${wrong}: ${hostPatternExpected}.`)
  if (hosts.length <= MAX_HOSTS) return hosts
  throw new InvalidArgumentError(`There may be ${MAX_HOSTS} of them.`)
}

function setCommand({ open }: RegistryPlace): Command {
  return new Command('set')
    .description('change a setting; a running server follows within seconds')
    .argument('[id]', 'the tenant', 'default')
    .addOption(
      new Option('--xapi <mode>', 'whether statements of xAPI are taken, and found again').choices(
        xapiModes,
      ),
    )
    .addOption(
      new Option(
        '--webhook-hosts <hosts>',
        'where alone webhooks may go: hooks.example.edu,*.example.edu; "any" lifts it',
      ).argParser(readHosts),
    )
    .option('--json', 'print JSON')
    .action(
      async (id: string, { xapi, webhookHosts, ...options }: SetOptions, command: Command) => {
        if (xapi === undefined && webhookHosts === undefined) {
          command.error('error: say what to change: --xapi or --webhook-hosts')
        }
        using file = open(options)
        const was = await requireTenant(file.registry, id)
        const hosts = webhookHosts === 'any' ? undefined : (webhookHosts ?? was.webhookHosts)
        const tenant = { ...was, ...(xapi && { xapi }), webhookHosts: hosts }
        await file.registry.tenants.put(tenant)
        const changes = { ...(xapi && { xapi }), ...(webhookHosts && { webhookHosts }) }
        await operatorOf(was.tenantId)(file, 'tenant.changed', was.tenantId, changes)
        process.stdout.write(textOf(tenant, options))
      },
    )
}

function textOf(tenant: Tenant, { json }: { json?: true }): string {
  if (json) return `${JSON.stringify(tenant, null, 2)}\n`
  return tableOf([tenant])
}

function tableOf(tenants: readonly Tenant[]): string {
  const rows = tenants.map(({ tenantId, name, xapi = 'not set', createdAt }) => {
    return [tenantId, name, xapi, createdAt.slice(0, 10)]
  })
  return `${renderTable(['id', 'name', 'mode of xAPI', 'created'], rows)}\n`
}
