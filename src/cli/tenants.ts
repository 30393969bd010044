import { Command, Option } from 'commander'
import { type Tenant, type XapiMode, xapiModes } from '../platform/registry/tenants'
import { CommandError } from './failure'
import { at, dataDirPlace, type RegistryPlace } from './registry-place'
import { renderTable } from './table'

/** @param place the data directory of one machine, unless told otherwise */
export function tenantsCommand(place: RegistryPlace = dataDirPlace): Command {
  return new Command('tenants')
    .description('show and change the settings of a tenant; works while the server runs')
    .addCommand(at(place, getCommand(place)))
    .addCommand(at(place, setCommand(place)))
}

function getCommand({ open }: RegistryPlace): Command {
  return new Command('get')
    .description('show a tenant')
    .argument('[id]', 'the tenant', 'default')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { json?: true }) => {
      using file = open(options)
      process.stdout.write(textOf(await requireTenant(file, id), options))
    })
}

function setCommand({ open }: RegistryPlace): Command {
  return new Command('set')
    .description('change a setting; a running server follows within seconds')
    .argument('[id]', 'the tenant', 'default')
    .addOption(
      new Option('--xapi <mode>', 'whether statements of xAPI are taken, and found again')
        .choices(xapiModes)
        .makeOptionMandatory(),
    )
    .option('--json', 'print JSON')
    .action(async (id: string, options: { xapi: XapiMode; json?: true }) => {
      using file = open(options)
      const tenant = { ...(await requireTenant(file, id)), xapi: options.xapi }
      await file.registry.tenants.put(tenant)
      process.stdout.write(textOf(tenant, options))
    })
}

type Opened = Pick<ReturnType<RegistryPlace['open']>, 'registry'>

async function requireTenant({ registry }: Opened, id: string): Promise<Tenant> {
  const tenant = await registry.tenants.get(id)
  if (tenant !== undefined) return tenant
  throw new CommandError(`There is no tenant ${id}`)
}

function textOf(tenant: Tenant, { json }: { json?: true }): string {
  if (json) return `${JSON.stringify(tenant, null, 2)}\n`
  const { tenantId, name, xapi = 'not set', createdAt } = tenant
  const names = ['id', 'name', 'xapi', 'created']
  return `${renderTable(names, [[tenantId, name, xapi, createdAt.slice(0, 10)]])}\n`
}
