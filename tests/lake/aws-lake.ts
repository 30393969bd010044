import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { glueTable } from '../../src/platform/aws/lake/glue-table'
import { glueView } from '../../src/platform/aws/lake/glue-view'
import { glueTableInput, glueViewInput } from '../../tools/aws-local/create-glue'
import { emulated, startMinistack } from '../../tools/aws-local/emulators/start'
import { startTrino, type Trino } from '../../tools/aws-local/emulators/trino'

export const bucket = 'lake'
export const database = 'nonius'

export interface AwsLake extends AsyncDisposable {
  trino: Trino
  /** Of a client of any service but S3, which also wants `forcePathStyle`. */
  settings: { region: string; endpoint: string; credentials: typeof emulated.credentials }
  /** Puts an object below `events/`. */
  put(path: string, body: Uint8Array): Promise<void>
  /** Puts every file of a lake's folder, at the same path. */
  putAll(folder: string): Promise<void>
}

/** The lake as it is on AWS: S3, Glue with the table and the view that infra declares, Trino. */
export async function startAwsLake(): Promise<AwsLake> {
  await using opened = new AsyncDisposableStack()
  const { endpoint } = opened.use(await startMinistack())
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
  const trino = opened.use(await startTrino({ aws: endpoint, database }))

  async function put(path: string, body: Uint8Array) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `events/${path}`, Body: body }))
  }

  const held = opened.move()
  return {
    trino,
    settings,
    put,
    async putAll(folder) {
      for (const path of new Bun.Glob('**/*.parquet').scanSync(folder)) {
        await put(path, await readFile(join(folder, path)))
      }
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}
