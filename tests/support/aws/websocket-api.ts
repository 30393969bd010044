import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A WebSocket API in the emulator. */
export interface WebSocketApi {
  /** For clients of the API. */
  url: string
  /** For the management API. */
  managementEndpoint: string
}

let made = 0

/** One that answers every message with the id of the connection that it came from. */
export async function makeWebSocketApi(endpoint: string): Promise<WebSocketApi> {
  made += 1
  const call = async (path: string, body: object) => {
    const init = { method: 'POST', body: JSON.stringify(body) }
    const reply = await fetch(new URL(path, endpoint), init)
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`)
    return (await reply.json()) as Record<string, string>
  }
  const { FunctionArn } = await call('/2015-03-31/functions', {
    FunctionName: `who-${process.pid}-${made}`,
    Runtime: 'python3.11',
    Handler: 'who.handler',
    Role: 'arn:aws:iam::123456789012:role/who',
    Code: { ZipFile: zipOf('who.py', WHO) },
  })
  const { apiId } = await call('/v2/apis', {
    name: `who-${made}`,
    protocolType: 'WEBSOCKET',
    routeSelectionExpression: '$request.body.action',
  })
  const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FunctionArn}`
  const { integrationId } = await call(`/v2/apis/${apiId}/integrations`, {
    integrationType: 'AWS_PROXY',
    integrationUri: `${uri}/invocations`,
  })
  const target = `integrations/${integrationId}`
  await call(`/v2/apis/${apiId}/routes`, { routeKey: '$default', target })
  await call(`/v2/apis/${apiId}/stages`, { stageName: 'test' })
  const path = `/_aws/execute-api/${apiId}/test`
  const managementEndpoint = new URL(path, endpoint).href
  return { url: managementEndpoint.replace(/^http/, 'ws'), managementEndpoint }
}

const WHO = `def handler(event, context):
    return {"statusCode": 200, "body": event["requestContext"]["connectionId"]}
`

/** A zip archive of one file, in base64: Python is here anyway, the emulator is written in it. */
function zipOf(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'function-'))
  try {
    writeFileSync(join(folder, name), text)
    const { status } = spawnSync('python3', ['-m', 'zipfile', '-c', 'f.zip', name], { cwd: folder })
    if (status !== 0) throw new Error('python3 could not make a zip archive')
    return readFileSync(join(folder, 'f.zip')).toString('base64')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
