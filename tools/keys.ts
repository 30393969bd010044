import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { AthenaClient } from '@aws-sdk/client-athena'
import { Command } from 'commander'
import { Resource } from 'sst'
import { bootstrap } from '../src/access/keys/bootstrap'
import { auditLater } from '../src/audit/later'
import { fail } from '../src/cli/failure'
import { type IssuersPlace, issuersCommand } from '../src/cli/issuers'
import { keysCommand } from '../src/cli/keys'
import { type LakePlace, queryCommand } from '../src/cli/query'
import type { RegistryPlace } from '../src/cli/registry-place'
import { sourcesCommand } from '../src/cli/sources'
import { tenantsCommand } from '../src/cli/tenants'
import { readConfig } from '../src/config/read-config'
import { openActivity, openRegistry, openServing } from '../src/platform/aws'
import type { Resources } from '../src/platform/aws/deployed/resources'
import { createLake } from '../src/platform/aws/lake'
import { systemClock as clock } from '../src/platform/clock'
import type { ServingPlatform } from '../src/platform/platform'
import type { Registry } from '../src/platform/registry'
import { createTokenSigner } from '../src/platform/shared/page-token'
import { createLog } from '../src/telemetry/log'
import { auditCommandOnAws } from './verify'

const linked = resources()
if (linked === undefined) enter()
else await run(linked)

/**
 * Reads the resources that `sst shell` sets, for a person who has the credentials to deploy the
 * stage.
 */
function resources(): Resources | undefined {
  try {
    return (Resource as unknown as { Nonius: Resources }).Nonius
  } catch {
    return undefined
  }
}

/**
 * Gives a fresh deployment its first keys; with `keys …`, makes, lists and revokes further ones; with
 * `tenants …`, shows and changes tenants; with `issuers …`, says whose tokens are people's; with `sources`, lists what came from each; with `query …`, asks its lake; with `audit verify`,
 * verifies its log.
 */
async function run(resources: Resources) {
  const registry: Registry = openRegistry(resources, clock, createLog('warn', 'text'))
  const activity = openActivity(resources, { clock, log: createLog('warn', 'text') })
  const serving = openServing(resources, { clock, log: createLog('warn', 'text') })
  const audit = auditOf(serving)
  const table: RegistryPlace = {
    options: () => [],
    open: () => ({ registry, activity, audit, [Symbol.dispose]() {} }),
  }
  const documents: IssuersPlace = {
    options: () => [],
    open: () => ({ ...serving, audit, [Symbol.dispose]() {} }),
  }
  await new Command('bootstrap')
    .description('give a fresh deployment its first tenant, source and keys')
    .option('--stage <name>', 'the stage that was deployed')
    .action(async () => {
      // Whoever has keys can sign positions at once, and does not wait for the sweep to draw the root secret.
      await serving.box()
      const keys = await bootstrap(registry, { clock })
      if (keys === undefined) {
        process.stderr.write('It has its first keys already. More: npm run aws:keys -- create\n')
        return
      }
      process.stderr.write('Shown this once; only their hashes are kept.\n')
      process.stdout.write(`admin ${keys.adminKey}\ndemo  ${keys.demoKey}\n`)
    })
    .addCommand(keysCommand(table))
    .addCommand(tenantsCommand(table))
    .addCommand(issuersCommand(documents))
    .addCommand(sourcesCommand(table))
    .addCommand(queryCommand(lakeOf(resources)))
    .addCommand(
      auditCommandOnAws({ ...serving, audit, openLake: () => lakeOf(resources).open({}) }),
    )
    .parseAsync()
    .catch(fail)
}

/** Keeps who made a key in the trail of the deployment, and in its lake. */
function auditOf(serving: Pick<ServingPlatform, 'documents' | 'box' | 'events'>) {
  return auditLater({ ...serving, config: readConfig({}), clock, log: createLog('warn', 'text') })
}

function lakeOf({ athenaWorkgroup: workgroup, glueDatabase: database }: Resources): LakePlace {
  // Nobody else asks for an id of this program, and it ends with the program.
  const signer = createTokenSigner(randomBytes(32))
  const tokens = async () => signer
  return {
    options: () => [],
    open: () => createLake({ client: new AthenaClient({}), workgroup, database, tokens, clock }),
    about: `
The SQL is Athena's. What is read is paid for: WHERE day >= '2026-11-01' reads only those days, and so
do --from and --to. Firehose decides when an event is in the lake, so that there is no --fresh.`,
    isPaid: true,
  }
}

/** Runs this again where the names of the stage's resources are known. */
function enter() {
  const given = process.argv.slice(2)
  const at = given.indexOf('--stage')
  const stage = at < 0 ? undefined : given[at + 1]
  if (stage === undefined) {
    process.stderr.write('Say which deployment: --stage production\n')
    process.exit(2)
  }
  const rest = given.toSpliced(at, 2)
  const inside = ['bun', import.meta.filename, ...rest]
  const shell = ['sst', 'shell', '--stage', stage, '--', ...inside]
  process.exit(spawnSync('npx', shell, { stdio: 'inherit' }).status ?? 1)
}
