import { spawnSync } from 'node:child_process'
import { Resource } from 'sst'
import type { Resources } from '../../../src/platform/aws/deployed/resources'
import { becomeDeployer } from '../../aws-local/deployer'
import { runningAt } from '../../aws-local/running'
import type { Deployed } from './stage'

interface Linked {
  Nonius: Resources
  Clients: { id: string }
  FirstClient: { id: string }
  /** Senders are given this address. */
  Address: { url: string }
  /** The function answers at its own as well, unless it has none or a door stands before it. */
  Api: { url?: string }
}

/**
 * Finds what was made for a deployment: of one that runs on this machine, by its port; of a stage, as `sst shell`
 * names it.
 * @returns undefined where neither does
 * @throws where the stage answers somewhere else
 */
export function findStage(url: URL): Deployed | undefined {
  const local = runningAt(url)
  if (local !== undefined) {
    becomeDeployer(local.endpoint)
    return local
  }
  const linked = Resource as unknown as Linked
  const resources = linkedOr(() => linked.Nonius, undefined)
  if (resources === undefined) return undefined
  const own = new Set([
    linked.Address.url,
    linkedOr(() => linked.Api.url, undefined) ?? linked.Address.url,
  ])
  if (![...own].some((one) => new URL(one).host === url.host)) {
    throw new Error(
      `The stage answers at ${[...own].join(' and ')}, and not at ${url.origin}: name the right one by --stage.`,
    )
  }
  return { resources, userPoolId: linked.Clients.id, clientId: linked.FirstClient.id }
}

/** Reads a link. SST throws for one that is not there. */
function linkedOr<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read()
  } catch {
    return otherwise
  }
}

/** Runs the program once more where the names of a stage's resources are known. @returns its exit code */
export function runWithin(stage: string, program: string, args: readonly string[]): number {
  const inside = ['bun', program, ...args]
  const shell = ['sst', 'shell', '--stage', stage, '--', ...inside]
  return spawnSync('npx', shell, { stdio: 'inherit' }).status ?? 1
}
