import { describe, expect, it } from 'bun:test'
import { readList } from '../../tests/support/list'
import { AppError } from '../error/app-error'
import { createGuard } from './guard'

/** Reads lines that each have a target, then the addresses that its name resolves to. */
function targets(file: string) {
  return readList(import.meta.dir, `examples/${file}`).map((line) => {
    const [target = '', ...addresses] = line.split(' ').map(readable)
    return { line, target, resolve: answering(addresses) }
  })
}

/** Reads lines that each begin with the rule that the target breaks. */
function refused(file: string) {
  return readList(import.meta.dir, `examples/${file}`).map((line) => {
    const [rule = '', target = '', ...addresses] = line.split(' ').map(readable)
    return { line, rule, target, resolve: answering(addresses) }
  })
}

const readable = (word: string) =>
  word.replace(/\\u([0-9a-f]{4})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))

/** @returns the rule that a refusal names: the range of an address, or the code */
async function ruleOf(refusal: Promise<unknown>): Promise<string> {
  const error = await refusal.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(AppError)
  expect(error.code).toBe('invalid_target')
  const { path, message, code } = error.errors[0]
  expect({ path, message }).toEqual({ path: ['targetUrl'], message: error.message })
  return code === 'not_public' ? /\(range (\w+)\)/.exec(message)![1]! : code
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
  const all = refused('target_private.txt')
  it('more than a hundred targets', () => expect(all.length).toBeGreaterThan(100))

  for (const { line, rule, target, resolve } of all) {
    it(line, async () => {
      const guard = createGuard({ allowPrivate: false, resolve })
      // Whoever enters a name of no address is let through, and not called.
      expect(await ruleOf(guard.check(target))).toBe(rule)
      expect(await ruleOf(guard.checkPosted(target, { mayBePlain: true }))).toBe(rule)
      expect(await ruleOf(guard.pin(target))).toBe(rule)
    })
  }
})

describe('The guard refuses to have us post to', () => {
  for (const { line, rule, target, resolve } of refused('target_not_posted.txt')) {
    it(line, async () => {
      const guard = createGuard({ allowPrivate: false, resolve })
      await guard.check(target)
      expect(await ruleOf(guard.checkPosted(target, { mayBePlain: false }))).toBe(rule)
      const plain = guard.checkPosted(target, { mayBePlain: true })
      if (rule === 'not_https') await plain
      else expect(await ruleOf(plain)).toBe(rule)
    })
  }

  it('a public target without encryption, also where private ones are allowed', async () => {
    const rules = { mayBePlain: false }
    const resolving = (...addresses: string[]) =>
      createGuard({ allowPrivate: true, resolve: answering(addresses) })
    await resolving('10.1.2.3').checkPosted('http://intranet/hook', rules)
    await resolving().checkPosted('http://127.0.0.1:9/', rules)
    await resolving('93.184.215.14').checkPosted('https://hooks.example.com/', rules)
    for (const addresses of [['93.184.215.14'], ['10.1.2.3', '93.184.215.14'], []]) {
      await expect(
        resolving(...addresses).checkPosted('http://hooks.example.com/', rules),
      ).rejects.toThrow(
        'It must begin with https:, since hooks.example.com is not known as private',
      )
    }
  })
})

describe('A resolver that changes its answer', () => {
  const publicOne = [{ address: '93.184.215.14', family: 4 }]
  const privateOne = [{ address: '10.0.0.1', family: 4 }]

  it('is asked once for a call, and again for the next', async () => {
    let asked = 0
    const answers = [publicOne, privateOne, publicOne]
    const guard = createGuard({ allowPrivate: false, resolve: async () => answers[asked++]! })
    const target = 'https://rebind.example/'
    expect((await guard.pin(target)).addresses).toEqual(publicOne)
    expect(await ruleOf(guard.pin(target))).toBe('private')
    expect((await guard.pin(target)).addresses).toEqual(publicOne)
    expect(asked).toBe(3)
  })

  it('is refused though it was public when the target was entered', async () => {
    let asked = 0
    const resolve = async () => (asked++ === 0 ? publicOne : privateOne)
    const guard = createGuard({ allowPrivate: false, resolve })
    await guard.checkPosted('https://rebind.example/', { mayBePlain: false })
    expect(await ruleOf(guard.pin('https://rebind.example/'))).toBe('private')
  })
})

describe('The guard', () => {
  it('names the address and the range it lies in', async () => {
    const guard = createGuard({ allowPrivate: false, resolve: answering(['10.1.2.3']) })
    await expect(guard.check('http://0x7f.1/')).rejects.toThrow(
      '127.0.0.1 is not a public address (range loopback)',
    )
    await expect(guard.check('http://intranet.example.com/')).rejects.toThrow(
      'intranet.example.com is not at a public address (range private)',
    )
  })

  it('does not tell what a name resolves to here', async () => {
    const guard = createGuard({ allowPrivate: false, resolve: answering(['10.1.2.3']) })
    for (const asked of [
      guard.check('https://db.corp.example/'),
      guard.pin('https://db.corp.example/'),
    ]) {
      const error = await asked.catch((reason) => reason)
      expect(JSON.stringify([error.message, error.errors])).not.toContain('10.1.2.3')
    }
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

  it('never calls where a machine in a cloud has its credentials, private ones allowed or not', async () => {
    const addresses = [
      '169.254.169.254',
      '169.254.170.2',
      'fe80::1',
      'fd00:ec2::254',
      '100.100.100.200',
    ]
    for (const address of [
      ...addresses,
      '192.0.0.192',
      '168.63.129.16',
      '::ffff:169.254.169.254',
    ]) {
      const literal = address.includes(':') ? `[${address}]` : address
      const guard = createGuard({ allowPrivate: true, resolve: answering(['10.1.2.3', address]) })
      for (const target of [`http://${literal}/latest/`, 'https://metadata.example/']) {
        await expect(guard.check(target)).rejects.toThrow('of the machine itself')
        await expect(guard.pin(target)).rejects.toThrow('of the machine itself')
      }
    }
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
