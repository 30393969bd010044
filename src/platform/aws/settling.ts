import { AthenaClient } from '@aws-sdk/client-athena'
import { S3Client } from '@aws-sdk/client-s3'
import type { Log } from '../../telemetry/log'
import type { Clock } from '../clock'
import { openParts } from '.'
import { createBlobStore } from './blob-store'
import type { Resources } from './deployed/resources'
import { lazyDocuments } from './lazy'
import { createSettlement } from './settlement'
import { createStatements } from './settlement/statements'
import { serviceTimeOuts as requestHandler } from './time-outs'

/** Opens what settles the lake. */
export function openSettling(resources: Resources, { clock, log }: { clock: Clock; log: Log }) {
  const { dynamo: client, blobs, registry, tokens } = openParts(resources, clock)
  const { settlingWorkgroup: workgroup, glueDatabase: database, lakeBucket: bucket } = resources
  return {
    documents: lazyDocuments({ client, table: resources.documentsTable, blobs, tokens, clock }),
    settlement: createSettlement({
      statements: createStatements({
        client: new AthenaClient({ requestHandler }),
        ...{ workgroup, database },
      }),
      lake: createBlobStore({ client: new S3Client({ requestHandler }), bucket }),
      ...{ bucket, blobs, clock, log },
      tenants: registry.tenants,
    }),
  }
}
