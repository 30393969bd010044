import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

// The emulators come from Maven and PyPI: none of them may be redistributed with the project, or
// need be.
const folder = resolve(
  process.env.EMULATORS_DIR || join(import.meta.dirname, '../../../.cache/emulators'),
)

const DYNAMODB = '2.6.1' // 3.x has no userIdentity of expired items in its stream
const MINISTACK = '1.5.33'
const DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'

/**
 * Installs AWS's own DynamoDB Local, with its streams and PartiQL. It needs Java 17 and Maven.
 * @returns its jars
 */
export function installDynamoDb(): string {
  return installed('dynamodb', DYNAMODB, (home) => {
    writeFileSync(join(home, 'pom.xml'), pom('com.amazonaws', 'DynamoDBLocal', DYNAMODB))
    const copy = ['-DincludeScope=runtime', `-DoutputDirectory=${join(home, 'lib')}`]
    run('mvn', ['-q', '-B', DEPENDENCIES, ...copy], home)
  })
}

/**
 * Installs ministack: S3, SQS, Firehose, KMS, Glue, Cognito and API Gateway in one process. It
 * needs Python 3.11.
 */
export function installMinistack(): string {
  return installed('ministack', MINISTACK, (home) => {
    run('python3', ['-m', 'venv', home], home)
    // Without the extras records are not converted to Parquet, and tokens are not signed.
    run(join(home, 'bin/pip'), ['install', '-q', `ministack[full]==${MINISTACK}`], home)
  })
}

/** Runs `install` once for a version; an install that was cut short is begun again. */
export function installed(name: string, version: string, install: (home: string) => void): string {
  const home = join(folder, `${name}-${version}`)
  const done = join(home, '.installed')
  if (existsSync(done)) return home
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  console.error(`Installing ${name} ${version}, once`)
  install(home)
  writeFileSync(done, '')
  return home
}

export function run(command: string, args: string[], cwd: string): void {
  const { status, error, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status === 0) return
  throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr.slice(-2000)}`)
}

function pom(groupId: string, artifactId: string, version: string): string {
  const dependency = `<groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version>`
  return `<project><modelVersion>4.0.0</modelVersion>
  <groupId>emulators</groupId><artifactId>emulators</artifactId><version>1</version>
  <dependencies><dependency>${dependency}</dependency></dependencies>
</project>`
}
