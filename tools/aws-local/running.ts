import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Resources } from '../../src/platform/aws/deployed/resources'

/** Other programs of this user look behind a deployment that runs here with this. */
export interface Running {
  /** The functions, and the deployer, believe AWS to be here. */
  endpoint: string
  resources: Resources
  userPoolId: string
  clientId: string
  /** Tokens of clients are fetched below this address. */
  tokensAt: string
}

/** Notes what runs at a port, until it is disposed. */
export function noteRunning(port: string, running: Running): Disposable {
  const file = fileOf(port)
  rmSync(file, { force: true })
  writeFileSync(file, JSON.stringify(running), { mode: 0o600, flag: 'wx' })
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) }
}

/** Finds what runs at an address of this machine. @returns undefined for any other, and for what another user noted */
export function runningAt({ hostname, port }: URL): Running | undefined {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname) || port === '') return undefined
  const file = fileOf(port)
  try {
    if (statSync(file).uid !== process.getuid?.()) return undefined
    return JSON.parse(readFileSync(file, 'utf8')) as Running
  } catch {
    return undefined
  }
}

function fileOf(port: string): string {
  return join(tmpdir(), `nonius-aws-local-${port}.json`)
}
