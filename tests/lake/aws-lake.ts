import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { glueTable } from '../../src/platform/aws/lake/glue-table'
import { glueView } from '../../src/platform/aws/lake/glue-view'
import { glueTableInput, glueViewInput } from '../../tools/aws-local/create-glue'
import { emulated, startMinistack } from '../../tools/aws-local/emulators/start'
import { startTrino, type Trino } from '../../tools/aws-local/emulators/trino'

// One of each for all files of a run, since Trino takes half a minute to start; they die with the process.
let running: Promise<{ endpoint: string; trino: Trino }> | undefined

async function startEngines() {
  const { endpoint } = await startMinistack()
  return { endpoint, trino: await startTrino({ aws: endpoint, database, iceberg: true }) }
}

export const bucket = 'lake'
export const database = 'nonius'

export interface AwsLake extends AsyncDisposable {
  trino: Trino
  /** Of a client of any service but S3, which also wants `forcePathStyle`. */
  settings: { region: string; endpoint: string; credentials: typeof emulated.credentials }
  s3: S3Client
  glue: GlueClient
  /** Puts an object below `events/`. */
  put(path: string, body: Uint8Array): Promise<void>
  /** Puts every file of a lake's folder, at the same path. */
  putAll(folder: string): Promise<void>
}

/** The lake as it is on AWS: S3, Glue with the table and the view that infra declares, Trino. */
export async function startAwsLake(): Promise<AwsLake> {
  running ??= startEngines()
  const { endpoint, trino } = await running
  await fetch(`${endpoint}/_ministack/reset`, { method: 'POST' })
  const { region, credentials } = emulated
  const settings = { region, endpoint, credentials }

  const s3 = new S3Client({ ...settings, forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const glue = new GlueClient(settings)
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: database } }))
  const inputs = [glueTableInput(glueTable({ bucket })), glueViewInput(glueView({ database }))]
  for (const TableInput of inputs) {
    await glue.send(new CreateTableCommand({ DatabaseName: database, TableInput }))
  }

  async function put(path: string, body: Uint8Array) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `events/${path}`, Body: body }))
  }

  return {
    trino,
    settings,
    s3,
    glue,
    put,
    async putAll(folder) {
      for (const path of new Bun.Glob('**/*.parquet').scanSync(folder)) {
        await put(path, await readFile(join(folder, path)))
      }
    },
    async [Symbol.asyncDispose]() {
      s3.destroy()
      glue.destroy()
    },
  }
}
