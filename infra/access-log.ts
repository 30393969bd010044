/**
 * What API Gateway logs of each request: enough to find it among the function's lines, which have the
 * request's id at AWS too. SST's own choice has the address and the browser of whoever sends, and the
 * path, which at `/caliper/in/KEY` holds a key.
 */
const common = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  functionRequestId: '$context.awsEndpointRequestId',
  status: '$context.status',
}

/** Of an HTTP API. */
export const httpAccess = {
  ...common,
  method: '$context.httpMethod',
  ms: '$context.responseLatency',
}

/** Of a WebSocket API. A connection's id means nothing once it has ended. */
export const connectionAccess = {
  ...common,
  event: '$context.eventType',
  connectionId: '$context.connectionId',
  ms: '$context.integrationLatency',
}

/** For `transform.stage`. @param fields name → variable of the stage's `$context` */
export function logging(fields: Record<string, string>) {
  return (stage: aws.apigatewayv2.StageArgs): undefined => {
    const format = JSON.stringify(fields)
    stage.accessLogSettings = $output(stage.accessLogSettings).apply((settings) => ({
      destinationArn: settings!.destinationArn,
      format,
    }))
  }
}
