import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootstrap } from '../../../src/access/keys/bootstrap'
import { openRegistry, openServing } from '../../../src/platform/aws'
import { systemClock as clock } from '../../../src/platform/clock'
import { silentLog as log } from '../../../src/telemetry/log'
import { becomeDeployer } from '../../../tools/aws-local/deployer'
import { type DeploymentOptions, startDeployment } from '../../../tools/aws-local/deployment'
import type { Renamed } from '../../../tools/aws-local/provision'
import { synthesised } from '../../../tools/aws-local/synthesised'
import type { Graph } from '../../../tools/synth/graph'
import { dynamoDbSettings, ministackSettings } from './emulators'

/** Of emulators that all tests of a run share. */
export async function endpoints() {
  const [tables, rest] = await Promise.all([dynamoDbSettings(), ministackSettings()])
  return { dynamoDb: tables.endpoint, ministack: rest.endpoint }
}

let made = 0

/** Names for what a graph makes that no other deployment of this run has. */
function ownNames({ resources }: Graph): Renamed[] {
  made += 1
  const named = resources.filter(({ type }) =>
    /^aws:.*:(Table|Bucket|Queue|FirehoseDeliveryStream)$/.test(type),
  )
  return named.map(({ inputs }) => {
    const name: string = inputs.name ?? inputs.bucket
    // The name of a queue of which messages leave as they came ends so.
    return [name, name.replace(/(\.fifo)?$/, `-${made}$1`)]
  })
}

/** The deployment of stage `ci` at work in this process, with its first keys. */
export async function aDeployment(changes: Partial<DeploymentOptions> = {}) {
  const stateDir = mkdtempSync(join(tmpdir(), 'aws-local-'))
  const logged: string[] = []
  const graph = synthesised('ci', stateDir)
  const deployment = await startDeployment({
    graph,
    names: ownNames(graph),
    endpoints: await endpoints(),
    stateDir,
    log: (name, line) => void logged.push(`${name} ${line}`),
    ...changes,
  })
  becomeDeployer(deployment.endpoint)
  // As `aws:bootstrap` does, before the first sweep.
  await openServing(deployment.resources, { clock, log }).box()
  const keys = await bootstrap(openRegistry(deployment.resources, clock), { clock })
  return {
    ...deployment,
    logged,
    keys: { demo: keys!.demoKey, admin: keys!.adminKey },

    /** A request with the demo key and a JSON body. */
    async call(method: string, path: string, body?: object) {
      const headers = {
        Authorization: `Bearer ${keys!.demoKey}`,
        'Content-Type': 'application/json',
      }
      const content = body && { body: JSON.stringify(body) }
      return fetch(deployment.url + path, { method, headers, ...content })
    },

    async [Symbol.asyncDispose]() {
      await deployment[Symbol.asyncDispose]()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

// What follows from an event takes seconds: windows of batches, and a machine that has other work.
const PATIENCE_MS = 120_000

/** @throws when it does not come true */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
