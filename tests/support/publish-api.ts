import { createSockets } from '../../src/platform/local/connections'
import { serveHttp } from '../../src/platform/local/serve'
import { conversations } from '../../src/realtime/conversations'
import { socketProtocols } from '../../src/realtime/protocol'
import { startTestApp, type TestApp } from './app'
import { openSocket, type TestSocket } from './sockets'

export interface PublishTest extends AsyncDisposable {
  app: TestApp
  url: URL
  /** A connection with the key in its header, the demo source's when none is named. */
  connect(key?: string): Promise<TestSocket>
  /** A connection to `/ws/subscribe` with the key of the first administrator, or this. */
  follow(key?: string): Promise<TestSocket>
  /** The answer to a handshake that is refused. */
  refusal(path: string, headers?: Record<string, string>): Promise<Response>
}

type Options = Parameters<typeof startTestApp>[0] & {
  maxReplyBytes?: number
  bounds?: Pick<Parameters<typeof createSockets>[0], 'maxSubscribers' | 'maxPerAddress'>
}

/** The app over real WebSockets. @param options as of `startTestApp` */
export async function startPublishTest(options: Options = {}): Promise<PublishTest> {
  const app = await startTestApp(options)
  const server = app.socketUrl
    ? { url: new URL(app.socketUrl), async [Symbol.asyncDispose]() {} }
    : serve(app, options)
  const url = new URL('/ws/publish', server.url)
  const handshake = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': btoa('sixteen bytes...'),
  }
  return {
    app,
    url,
    connect: (key) => openSocket(url, { headers: { ...app.as(key), 'User-Agent': 'a reader' } }),
    follow: (key = app.keys.admin) =>
      openSocket(new URL('/ws/subscribe', server.url), { headers: app.as(key) }),
    refusal: (path, headers = {}) =>
      fetch(new URL(path, server.url), { headers: { ...handshake, ...headers } }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}

function serve({ app, services, config }: TestApp, { maxReplyBytes, bounds }: Options) {
  const { maxBodyBytes: maxMessageBytes } = config
  const limits = { maxMessageBytes, maxReplyBytes: maxReplyBytes ?? Number.POSITIVE_INFINITY }
  const sockets = createSockets({
    protocols: socketProtocols(services!, limits),
    conversations: conversations(services!),
    ...{ maxMessageBytes, maxSubscribers: config.maxSubscribers, ...bounds },
  })
  return serveHttp({ host: '127.0.0.1', port: 0, fetch: app.fetch, sockets })
}
