import { describe, expect, it } from 'bun:test'
import { readList } from '../../tests/support/list'
import { AppError } from '../error/app-error'
import { createGuard } from './guard'

/** Reads lines that each have a target, then the addresses that its name resolves to. */
function targets(file: string) {
  return readList(import.meta.dir, `examples/${file}`).map((line) => {
    const [target = '', ...addresses] = line.split(' ')
    return { line, target, resolve: answering(addresses) }
  })
}

function answering(addresses: string[]) {
  return async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}

const failing = (error: Error) => async () => Promise.reject(error)
const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })

describe('The guard lets webhooks call the public internet', () => {
  for (const { line, target, resolve } of targets('target_public.txt')) {
    it(line, async () => {
      const guard = createGuard({ allowPrivate: false, resolve })
      await guard.check(target)
      const { url, addresses } = await guard.pin(target)
      expect(url.href).toBe(new URL(target).href)
      expect(addresses.length).toBeGreaterThan(0)
    })
  }
})

describe('The guard refuses, when a target is entered and again when it is called', () => {
  for (const { line, target, resolve } of targets('target_private.txt')) {
    it(line, async () => {
      const guard = createGuard({ allowPrivate: false, resolve })
      for (const refused of [guard.check(target), guard.pin(target)]) {
        const error = await refused.then(
          () => undefined,
          (reason) => reason,
        )
        expect(error).toBeInstanceOf(AppError)
        expect(error.code).toBe('invalid_target')
        expect(error.errors).toMatchObject([{ path: ['targetUrl'], message: error.message }])
      }
    })
  }
})

describe('The guard', () => {
  it('names the address and the range it lies in', async () => {
    const guard = createGuard({ allowPrivate: false, resolve: answering(['10.1.2.3']) })
    await expect(guard.check('http://0x7f.1/')).rejects.toThrow(
      '127.0.0.1 is not a public address (range loopback)',
    )
    await expect(guard.check('http://intranet.example.com/')).rejects.toThrow(
      'intranet.example.com is 10.1.2.3, which is not a public address (range private)',
    )
  })

  it('repeats neither the credentials nor the path of a target that it refuses', async () => {
    const guard = createGuard({ allowPrivate: false })
    for (const target of ['https://me:hunter2@10.0.0.1/', 'http://10.0.0.1/hunter2?k=hunter2']) {
      const error = await guard.check(target).catch((reason) => reason)
      expect(JSON.stringify([error.message, error.errors])).not.toContain('hunter2')
    }
  })

  it('takes a name that does not resolve yet, and does not call it', async () => {
    const guard = createGuard({ allowPrivate: false, resolve: failing(notFound) })
    await guard.check('https://soon.example.com/')
    await expect(guard.pin('https://soon.example.com/')).rejects.toThrow('ENOTFOUND')
  })

  it('does not call a name that has no address', async () => {
    const guard = createGuard({ allowPrivate: false, resolve: answering([]) })
    await expect(guard.pin('https://none.example.com/')).rejects.toThrow('has no address')
  })

  it('lets every web address through when private targets are allowed', async () => {
    const guard = createGuard({ allowPrivate: true, resolve: answering(['10.1.2.3']) })
    for (const target of ['http://127.0.0.1:9/', 'http://[::1]/', 'https://intranet/']) {
      await guard.check(target)
    }
    expect((await guard.pin('http://localhost/')).addresses).toEqual([
      { address: '10.1.2.3', family: 4 },
    ])
  })

  it('still refuses what is no web address, or holds credentials, when private ones are allowed', async () => {
    const guard = createGuard({ allowPrivate: true })
    await expect(guard.check('ftp://127.0.0.1/')).rejects.toThrow('must begin with https: or http:')
    await expect(guard.check('http://me:hunter2@127.0.0.1/')).rejects.toThrow(
      'user name or password',
    )
    await expect(guard.check('intranet')).rejects.toThrow('must be an absolute URL')
  })

  it('resolves by the system when nothing else is given', async () => {
    const { addresses } = await createGuard({ allowPrivate: true }).pin('http://localhost/')
    expect(addresses.map(({ address }) => address)).toContain('127.0.0.1')
  })
})
