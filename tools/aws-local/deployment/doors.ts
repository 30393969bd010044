import type { Graph, GraphResource } from '../../synth/graph'
import { type CloudFront, type DistributionInputs, startCloudFront } from '../cloudfront'
import type { Count } from '../cloudwatch/metric-store'
import { type FunctionUrl, startFunctionUrl, type UrlOptions } from '../function-url'
import type { LocalFunction } from '../local-function'
import { startWebSocketApi, type WebSocketApi } from '../websocket-api'

/**
 * Starts the URL of a function. @param name as `infra/` calls it
 * @param functionOf is asked with the first request: functions may be told of the URL
 */
export function startUrl(
  graph: Graph,
  name: string,
  functionOf: (name: string) => LocalFunction,
  options: UrlOptions = {},
): Promise<FunctionUrl> {
  const { functionName } = urlOf(graph, name).inputs
  return startFunctionUrl(() => functionOf(functionName), options)
}

/** Finds the declared URL of a function. */
export function urlOf({ resources }: Graph, name: string): GraphResource {
  const found = resources.find(
    ({ type, parent }) => type === 'aws:lambda/functionUrl:FunctionUrl' && parent === name,
  )
  if (!found) throw new Error(`the graph has no URL of ${name}`)
  return found
}

/** Starts the WebSocket API, with the functions behind its routes. */
export function startSockets(
  { resources }: Graph,
  functionOf: (nameOrArn: string) => LocalFunction,
  count: Count,
): WebSocketApi {
  const all = (type: string) => resources.filter((one) => one.type === `aws:apigatewayv2/${type}`)
  const routed = all('route:Route').map(({ inputs }) => {
    const target = String(inputs.target).split('/').at(-1)
    const integration = all('integration:Integration').find(({ outputs }) => outputs.id === target)
    // The integration's URI has the ARN: …:lambda:path/2015-03-31/functions/ARN/invocations
    const [, arn = ''] =
      /functions\/(.+)\/invocations$/.exec(integration?.inputs.integrationUri) ?? []
    return [inputs.routeKey, functionOf(arn)]
  })
  const [stage] = all('stage:Stage')
  const apiId: string = stage?.inputs.apiId
  return startWebSocketApi({
    apiId,
    stage: stage?.inputs.name,
    functions: Object.fromEntries(routed),
    onCounted: (name, value) =>
      count({ namespace: 'AWS/ApiGateway', name, dimensions: { ApiId: apiId }, value }),
  })
}

/**
 * Starts the API as it is reached: the URL of its function, API Gateway before it, or CloudFront before either.
 * @param streamUrl where the function that streams is on this machine
 */
export async function startApi(
  graph: Graph,
  functionOf: (name: string) => LocalFunction,
  { streamUrl, ...options }: UrlOptions & { streamUrl: string },
): Promise<FunctionUrl | CloudFront> {
  const all = (type: string) => graph.resources.filter((one) => one.type === type)
  const api = all('aws:lambda/function:Function').find(({ parent }) => parent === 'Api')
  const targetOf = () => functionOf(api?.inputs.name)
  const [distribution] = all('aws:cloudfront/distribution:Distribution')
  if (distribution === undefined) return startFunctionUrl(targetOf, options)
  const behind = await startFunctionUrl(targetOf)
  const edges = all('aws:cloudfront/function:Function')
  const door = await startCloudFront({
    distribution: distribution.inputs as unknown as DistributionInputs,
    edgeFunctions: new Map(edges.map(({ inputs, outputs }) => [String(outputs.arn), inputs.code])),
    originOf: (originId) => (originId === 'stream' ? streamUrl : behind.url),
    ...(options.port !== undefined && { port: options.port }),
    viewerIp: options.sourceIp,
  })
  return {
    url: door.url,
    async [Symbol.asyncDispose]() {
      await door[Symbol.asyncDispose]()
      await behind[Symbol.asyncDispose]()
    },
  }
}
