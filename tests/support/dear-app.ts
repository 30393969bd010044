import { createApp } from '../../src/http/app'
import { rateLimitOf } from '../../src/http/rate-limit'
import { createSharedLimiter, ratesOf } from '../../src/limits/limiter'
import { createServices } from '../../src/services'
import { startTestApp, type TestApp } from './app'

/** The app as functions of AWS make it, in this process or in one of a deployment. */
export async function startDearApp(): Promise<TestApp> {
  const test = await startTestApp()
  if (process.env.TEST_TARGET === 'aws') return test
  const totals = new Map<string, number>()
  const limiter = createSharedLimiter({
    rates: ratesOf(test.config),
    clock: test.clock,
    log: test.options.log,
    tally: {
      async add(caller, requests) {
        const name = caller.join(' ')
        totals.set(name, (totals.get(name) ?? 0) + requests)
        return totals.get(name)!
      },
    },
  })
  const options = { ...test.options, limiter, strangers: { bodyBytes: 64 * 1024 } }
  const services = createServices(test.platform, options)
  const app = createApp(services, { limit: rateLimitOf(services) })
  return {
    ...{ ...test, app, options, services },
    request: async (path, init) => app.request(path, init, { ip: '192.0.2.7' }),
    async [Symbol.asyncDispose]() {
      await services[Symbol.asyncDispose]()
      await test[Symbol.asyncDispose]()
    },
  }
}
