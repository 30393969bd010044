import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Resources } from '../../src/platform/aws/deployed/resources'
import type { Graph } from '../synth/graph'
import type { Count } from './cloudwatch/metric-store'
import { deployer } from './deployer'
import { fileCheckpoints } from './deployment/checkpoints'
import { startApi, startSockets, startUrl, urlOf } from './deployment/doors'
import { functionSpecs, identitiesOf } from './deployment/functions'
import { startQueues, startSchedules, startStreams } from './deployment/sources'
import { emulated } from './emulators/start'
import { type Identity, type Interfere, startIamProxy } from './iam/proxy'
import { startInvoker } from './invoker'
import { lambdaRuntime } from './lambda-runtime'
import { createLocalFunction, type LocalFunction } from './local-function'
import { provision, type Renamed, withNames } from './provision'
import type { Endpoints } from './provision/clients'
import type { Poller } from './stream-poller'

export interface DeploymentOptions {
  graph: Graph
  /** These names replace the graph's, so that several deployments fit on the same emulators. */
  names?: Renamed[]
  /** These are endpoints of emulators that run already. */
  endpoints: Endpoints
  /** The folder has the state that the next start must know. */
  stateDir: string
  /** This is the port of the API; 0 takes a free one. */
  port?: number
  /** These settings override those of the graph, for every function. */
  environment?: Record<string, string>
  /** If true, nothing but the API runs. */
  isApiOnly?: boolean
  /** Samples of the metrics that AWS would make are reported here. */
  count?: Count
  /** Services fail as it says, for the functions and for Lambda's pollers. */
  interfere?: Interfere
  /** If true, nothing calls functions by their schedules. */
  isUnscheduled?: boolean
  /** Tells the time by which records of streams are too old, in ms since 1970. */
  now?: () => number
  /** The functions are told this address of the caller; by default, that of the connection. */
  sourceIp?: string
  log(functionName: string, line: string): void
}

/**
 * A deployment runs on this machine. Disposing ends its functions; its data stay in the emulators.
 */
export interface Deployment extends AsyncDisposable {
  /** This is the URL of the API. */
  url: string
  /** This is the URL of the WebSocket API. */
  socketUrl: string
  /** This is the URL of the function that streams. */
  streamUrl: string
  /** Functions believe AWS to be here; the deployer calls it, too (`deployer.ts`). */
  endpoint: string
  /** The graph has the names of this machine. */
  graph: Graph
  /** Functions are linked to these resources, under the names of this machine. */
  resources: Resources
  lakeBucket: string
  /** Cognito's pool of programs, and its first client, as the emulator calls them. */
  clients: { userPoolId: string; clientId: string }
  functionNamed(name: string): LocalFunction
  /** Finds the mapping that feeds a function from a stream. @param name as `infra/` calls the function */
  mappingOf(name: string): Poller
  /** Resolves once everything in the streams was handed on. */
  drain(): Promise<void>
}

/**
 * Runs everything that the graph declares: functions under their roles, fed by URL, streams,
 * queues, schedules.
 */
export async function startDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { endpoints, stateDir, log, count = () => {}, now } = options
  mkdirSync(stateDir, { recursive: true })
  await using opened = new AsyncDisposableStack()
  const { names: given = [] } = options
  const declared = withNames(options.graph, given)
  const renamed = await provision(declared, endpoints)

  const identities = new Map<string, Identity>([[deployer.accessKeyId, deployer.identity]])
  const services: Record<string, string> = { dynamodb: endpoints.dynamoDb }
  if (endpoints.athena !== undefined) services.athena = endpoints.athena
  const proxy = opened.use(
    await startIamProxy({
      ...emulated,
      identities,
      endpointOf: (service) => services[service] ?? endpoints.ministack,
      onDenied: (sentence) => log('IAM', sentence),
      interfere: options.interfere,
    }),
  )
  const streamUrl = opened.use(await startUrl(declared, 'Stream', functionOf))
  const names: Renamed[] = [
    ...given,
    ...renamed,
    ...hostsOf(declared, proxy.endpoint),
    [String(urlOf(declared, 'Stream').outputs.functionUrl), `${streamUrl.url}/`],
  ]
  const graph = withNames(options.graph, names)
  for (const [key, identity] of identitiesOf(graph)) identities.set(key, identity)

  const rename = (text: string) =>
    names.reduce((all, [inGraph, here]) => all.replaceAll(inGraph, here), text)
  const specs = functionSpecs({
    graph,
    rename,
    stateDir,
    endpoint: proxy.endpoint,
    cognito: endpoints.ministack,
    runtime: lambdaRuntime(),
    environment: options.environment ?? {},
    log,
    count,
  })
  const functions = new Map<string, LocalFunction>()
  for (const [arn, spec] of specs) functions.set(arn, opened.use(createLocalFunction(spec)))

  function functionOf(nameOrArn: string): LocalFunction {
    const found = [...functions.values()].find(
      ({ spec }) => spec.arn === nameOrArn || spec.name === nameOrArn,
    )
    if (!found) throw new Error(`the graph has no function ${nameOrArn}`)
    return found
  }

  const reached = { ...options, streamUrl: streamUrl.url }
  const url = opened.use(await startApi(graph, functionOf, reached))
  const sockets = opened.use(startSockets(graph, functionOf, count))
  services['execute-api'] = sockets.managementEndpoint
  services.lambda = opened.use(await startInvoker(functionOf)).url
  const sources = {
    graph,
    functionOf,
    endpoint: proxy.endpoint,
    checkpoints: fileCheckpoints(join(stateDir, 'checkpoints.json')),
    onError: (error: Error) => log('poller', `${error.name}: ${error.message}`),
    ...{ count, now },
  }
  const streams = options.isApiOnly ? new Map<string, Poller>() : startStreams(sources)
  const hasSchedules = !options.isApiOnly && !options.isUnscheduled
  const others = [
    ...(options.isApiOnly ? [] : startQueues(sources)),
    ...(hasSchedules ? startSchedules(sources) : []),
  ]
  for (const source of [...streams.values(), ...others]) opened.use(source)

  const held = opened.move()
  return {
    url: url.url,
    socketUrl: sockets.url,
    streamUrl: streamUrl.url,
    endpoint: proxy.endpoint,
    graph,
    resources: linked(graph),
    lakeBucket: lakeOf(graph).lake,
    clients: {
      userPoolId: outputId(graph, 'aws:cognito/userPool:UserPool'),
      clientId: outputId(graph, 'aws:cognito/userPoolClient:UserPoolClient'),
    },
    functionNamed: (name) => functionOf(functionArn(graph, name)),
    mappingOf(name) {
      const poller = streams.get(functionOf(functionArn(graph, name)).spec.name)
      if (!poller) throw new Error(`no stream feeds ${name}`)
      return poller
    },
    async drain() {
      for (const stream of streams.values()) await stream.drain()
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

/**
 * Finds the hosts of AWS in URLs that functions are given; calls by name go to the proxy anyway.
 */
function hostsOf({ resources }: Graph, proxy: string): Renamed[] {
  const apis = resources.filter(({ type }) => type === 'aws:apigatewayv2/api:Api')
  return [
    [`https://sqs.${emulated.region}.amazonaws.com`, proxy],
    ...apis.map(({ outputs }): Renamed => {
      return [String(outputs.apiEndpoint).replace('wss:', 'https:'), `${proxy}/${outputs.id}`]
    }),
  ]
}

function linked({ resources }: Graph): Resources {
  const link = resources.find(({ name }) => name === 'NoniusLinkRef')
  return link?.inputs.properties
}

/** Finds the ARN of a function. @param name as `infra/` calls it */
function functionArn({ resources }: Graph, name: string): string {
  const found = resources.find(
    ({ type, parent }) => type === 'aws:lambda/function:Function' && parent === name,
  )
  return String(found?.outputs.arn)
}

function outputId({ resources }: Graph, wanted: string): string {
  return String(resources.find(({ type }) => type === wanted)?.outputs.id)
}

/** Names the bucket of the lake, and its database of Glue. */
export function lakeOf({ resources }: Graph): { lake: string; database: string } {
  const lake = resources.find(
    ({ type, parent }) => type === 'aws:s3/bucket:Bucket' && parent === 'Lake',
  )
  const database = resources.find(({ type }) => type === 'aws:glue/catalogDatabase:CatalogDatabase')
  return { lake: lake?.inputs.bucket, database: database?.inputs.name }
}
