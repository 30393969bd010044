import { afterAll, describe, expect, it } from 'bun:test'
import { issueKey } from '../../src/access/keys/key'
import { type XapiVersion, xapiVersions } from '../../src/config/config'
import { openRegistry } from '../../src/platform/aws'
import { systemClock as clock } from '../../src/platform/clock'
import { startDynamoDb, startMinistack } from '../../tools/aws-local/emulators/start'
import { aDeployment } from '../support/aws/deployment'
import { temporaryFolder } from '../support/folders'
import { startServerProcess } from '../support/server-process'
import { batteries, type Endpoint, install, isHere, run, type Score } from './adl-suite'

type Started = AsyncDisposable & { endpoint: Endpoint }

/** One machine with an empty store, and a key made as an administrator makes it. */
async function oneMachine(version: XapiVersion): Promise<Started> {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(temporaryFolder())
  const env = { NONIUS_XAPI_DEFAULT_VERSION: version }
  const server = opened.use(await startServerProcess(folder.path, env))
  const cli = [process.execPath, 'src/cli.ts', 'keys', 'create', '--xapi', '--scopes', 'all']
  const place = ['--url', server.url, '--data-dir', folder.path]
  const { stdout } = Bun.spawnSync([...cli, ...place])
  const said = Object.fromEntries(
    stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  )
  const held = opened.move()
  return {
    endpoint: { url: said.endpoint, user: said.key, password: said.secret },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

/** The deployment on emulators of its own, which are empty. */
async function onAws(version: XapiVersion): Promise<Started> {
  const environment = { NONIUS_XAPI: 'lrs', NONIUS_XAPI_DEFAULT_VERSION: version }
  await using opened = new AsyncDisposableStack()
  const [tables, rest] = await Promise.all([startDynamoDb(), startMinistack()])
  const [{ endpoint: dynamoDb }, { endpoint: ministack }] = [opened.use(tables), opened.use(rest)]
  const endpoints = { dynamoDb, ministack }
  const deployment = opened.use(await aDeployment({ environment, endpoints }))
  const grant = { tenantId: 'default', sourceId: 'demo', name: 'ADL', scopes: ['all' as const] }
  const registry = openRegistry(deployment.resources, clock)
  const { key, record } = await issueKey(registry, grant, { at: clock.now() })
  const held = opened.move()
  return {
    endpoint: { url: `${deployment.url}/xapi`, user: record.keyId, password: key },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

// An install takes a minute, a battery as long as it is given patience for.
const TIMEOUT_MS = 20 * 60_000

const title = isHere ? '' : ', which is left out since it is not at ../shared/xapi/adl-suite,'

describe.if(isHere)(`ADL's LRS conformance suite${title}`, () => {
  const suite = temporaryFolder()
  const installed = isHere && install(suite.path)
  // Thousands of files, on a disk that others use as well.
  afterAll(() => suite[Symbol.dispose](), 120_000)

  for (const [name, start] of [
    ['one machine', oneMachine],
    ['aws:local', onAws],
  ] as const) {
    for (const version of xapiVersions) {
      it(
        `passes whole on ${name}, for ${version}`,
        async () => {
          expect(installed).toBeUndefined()
          await using server = await start(version)
          const score = await run(suite.path, version, server.endpoint)
          const whole: Score = { total: batteries[version], passed: batteries[version], failed: [] }
          expect(score).toEqual(whole)
        },
        TIMEOUT_MS,
      )
    }
  }
})
