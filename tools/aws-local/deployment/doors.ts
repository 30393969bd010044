import type { Graph } from '../../synth/graph'
import { type FunctionUrl, startFunctionUrl, type UrlOptions } from '../function-url'
import type { LocalFunction } from '../local-function'
import { startWebSocketApi, type WebSocketApi } from '../websocket-api'

/** Starts the URL of the function that has one. */
export function startUrl(
  { resources }: Graph,
  functionOf: (name: string) => LocalFunction,
  options: UrlOptions,
): Promise<FunctionUrl> {
  const declared = resources.find(({ type }) => type === 'aws:lambda/functionUrl:FunctionUrl')
  if (!declared) throw new Error('the graph has no function with a URL')
  return startFunctionUrl(functionOf(declared.inputs.functionName), options)
}

/** Starts the WebSocket API, with the functions behind its routes. */
export function startSockets(
  { resources }: Graph,
  functionOf: (nameOrArn: string) => LocalFunction,
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
  return startWebSocketApi({
    apiId: stage?.inputs.apiId,
    stage: stage?.inputs.name,
    functions: Object.fromEntries(routed),
  })
}
