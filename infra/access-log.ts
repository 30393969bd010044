/**
 * API Gateway logs these fields of each request. They are enough to find it among the function's
 * lines, which have the request's id at AWS too. SST's own choice has the sender's address and
 * browser, and the path, which at `/caliper/in/KEY` holds a key.
 */
const common = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  functionRequestId: '$context.awsEndpointRequestId',
  status: '$context.status',
}

/** An HTTP API logs these fields. */
export const httpAccess = {
  ...common,
  method: '$context.httpMethod',
  ms: '$context.responseLatency',
}

/** A WebSocket API logs these fields. A connection's id means nothing once it has ended. */
export const connectionAccess = {
  ...common,
  event: '$context.eventType',
  connectionId: '$context.connectionId',
  ms: '$context.integrationLatency',
}

/**
 * Makes the `transform.stage` that logs these fields, and lets so many requests through.
 * @param fields name → variable of the stage's `$context`
 * @param perSecond requests; half as many may come at once, as the quotas of an account have it
 */
export function stageWith(fields: Record<string, string>, perSecond: number) {
  return (stage: aws.apigatewayv2.StageArgs): undefined => {
    const format = JSON.stringify(fields)
    stage.accessLogSettings = $output(stage.accessLogSettings).apply((settings) => ({
      destinationArn: settings!.destinationArn,
      format,
    }))
    stage.defaultRouteSettings = $output(stage.defaultRouteSettings).apply((settings) => ({
      ...settings,
      throttlingRateLimit: perSecond,
      throttlingBurstLimit: Math.ceil(perSecond / 2),
    }))
  }
}
