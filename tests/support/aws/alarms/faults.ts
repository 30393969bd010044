import type { Count } from '../../../../tools/aws-local/cloudwatch/metric-store'
import type { Interference } from '../../../../tools/aws-local/iam/proxy'
import {
  jsonOf,
  operationOf,
  type SignedRequest,
} from '../../../../tools/aws-local/iam/signed-request'

type Fault = (signed: SignedRequest) => Interference | undefined

const writes = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'TransactWriteItems',
  'BatchWriteItem',
])

/** Makes services fail as AWS does, and count it as AWS does. */
export function createFaults(count: Count) {
  let faults: Fault[] = []

  return {
    interfere(signed: SignedRequest) {
      for (const fault of faults) {
        const instead = fault(signed)
        if (instead) return instead
      }
      return undefined
    },

    /** Everything works again. */
    mend() {
      faults = []
    },

    /** The table takes no write. */
    throttleTable(table: string) {
      function counted(value: number, instead: Interference) {
        const dimensions = { TableName: table }
        count({ namespace: 'AWS/DynamoDB', name: 'WriteThrottleEvents', dimensions, value })
        return instead
      }
      const refusal = {
        Code: 'ThrottlingError',
        Message: 'Throughput exceeds the current capacity',
      }
      faults.push((signed) => {
        if (signed.service !== 'dynamodb' || !signed.body.includes(table)) return undefined
        const operation = operationOf(signed)
        if (operation === 'BatchExecuteStatement') {
          const statements: unknown[] = jsonOf(signed).Statements
          const Responses = statements.map(() => ({ Error: refusal }))
          return counted(statements.length, json(200, { Responses }))
        }
        if (!writes.has(operation)) return undefined
        const __type = 'com.amazonaws.dynamodb.v20120810#ThrottlingException'
        return counted(1, json(400, { __type, message: refusal.Message }))
      })
    },

    /** Firehose takes no record of any class. */
    throttleFirehose() {
      faults.push((signed) => {
        if (signed.service !== 'firehose') return undefined
        const { DeliveryStreamName, Records } = jsonOf(signed)
        count({
          ...{ namespace: 'AWS/Firehose', name: 'ThrottledRecords', value: Records.length },
          dimensions: { DeliveryStreamName },
        })
        const refusal = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' }
        const RequestResponses = Records.map(() => refusal)
        return json(200, { FailedPutCount: Records.length, RequestResponses })
      })
    },

    /** The bucket refuses these calls. @param beginning of the key */
    denyBlobs(method: 'GET' | 'PUT' | 'DELETE', bucket: string, beginning: string) {
      faults.push(({ service, method: asked, path }) => {
        if (service !== 's3' || asked !== method) return undefined
        if (!path.startsWith(`/${bucket}/${beginning}`)) return undefined
        const body = '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
        return { status: 403, type: 'application/xml', body }
      })
    },
  }
}

function json(status: number, body: object): Interference {
  return { status, type: 'application/x-amz-json-1.0', body: JSON.stringify(body) }
}
