/** A set of files that one command runs. */
export interface Part {
  /** Given to the suite: `npm run test:aws -- graph`. */
  name: string
  says: string
  /** Glob of what is run, from the root of the repository. */
  files: string
  /** What runs the files, where that is another program than `bun test`. */
  command?: string[]
  /** Options of `bun test`. */
  options?: string[]
  env?: Record<string, string>
  /** Software that npm does not install. */
  needs?: string
}

// Both come from Maven and PyPI on the first run, into `.cache/`.
const EMULATORS = 'Java 17, Python 3 with venv'

// A first request to an emulator starts a process, and its tables answer sixty writes a second: the
// slowest tests take 40 s beside another suite on two cores, and may take six times that.
const EMULATED = ['--timeout', '240000']

/** The suites beside `npm test`, each a script `test:NAME` of package.json, and their parts. */
export const suites: Record<string, Part[]> = {
  crash: [
    {
      name: 'crash',
      says: 'Kills the server under load, sets clocks, fills disks, damages files, restores folders',
      files: 'tests/crash/*.slow.ts',
      // Each kills a server of its own, and waits more than it works.
      options: ['--max-concurrency', '4'],
    },
  ],

  bounded: [
    {
      name: 'bounded',
      says: 'Hostile senders, receivers and readers, and a million events, under a limit of memory',
      files: 'tests/bounded/*.slow.ts',
      options: ['--timeout', '120000'],
    },
    {
      name: 'soak',
      says: 'Four minutes of all hostile clients beside a tenant that must not notice them',
      files: 'tests/soak/*.slow.ts',
      env: { NONIUS_SOAK_SECONDS: '240' },
    },
  ],

  aws: [
    {
      name: 'graph',
      says: 'The resource graph of the deployment, and its bundles',
      files: 'tests/aws/graph/*.slow.ts',
      options: EMULATED,
      needs: 'npm run aws:install',
    },
    {
      name: 'adapters',
      says: 'The adapters on emulators, by the contracts that one machine fulfils too',
      files: 'tests/aws/adapters/*.slow.ts',
      options: EMULATED,
      needs: EMULATORS,
    },
    {
      name: 'lake',
      says: 'The named queries by Trino, through Glue and S3, and the settled lake in Iceberg',
      files: 'tests/lake/*.slow.ts',
      options: EMULATED,
      needs: EMULATORS,
    },
    {
      name: 'emulation',
      says: 'The emulated Lambda, its URL, queue and stream, which the deployment runs on here',
      files: 'tests/aws/emulation/*.slow.ts',
      options: EMULATED,
      needs: EMULATORS,
    },
    {
      name: 'deployment',
      says: 'The way of an event through the deployment, whose host is killed meanwhile',
      files: 'tests/aws/deployment/*.slow.ts',
      options: EMULATED,
      needs: `npm run aws:install, ${EMULATORS}`,
    },
    {
      name: 'http',
      says: 'The HTTP tests of one machine, against the deployment',
      // They are those of `npm test`, which this part runs once more.
      files: 'tests/http/*.test.ts',
      command: ['bun', 'tests/aws/deployment/http-suite.ts'],
      needs: `npm run aws:install, ${EMULATORS}`,
    },
  ],

  conformance: [
    {
      name: 'adl',
      says: "ADL's LRS conformance suite against one machine and the deployment, where it is at hand",
      files: 'tests/xapi/adl.slow.ts',
      needs: `../shared/xapi/adl-suite, npm run aws:install, ${EMULATORS}`,
    },
  ],

  product: [
    {
      name: 'browser',
      says: '/docs, the page at /, the client and its examples in Chromium, without the internet',
      files: 'tests/browser/*.slow.ts',
      // Chromium renders a page in a second, or in twenty beside other work on two cores; more pages at a
      // time than these gain nothing.
      options: ['--timeout', '60000', '--max-concurrency', '5'],
      needs: 'Chromium',
    },
    {
      name: 'fuzz',
      says: 'schemathesis from PyPI against a running server and its OpenAPI document',
      files: 'tests/fuzz/run.sh',
      command: ['bash', 'tests/fuzz/run.sh'],
      needs: 'Python 3 with venv, curl, iproute2',
    },
    {
      name: 'senders',
      says: 'Clients of Caliper and xAPI from npm and PyPI against a running server',
      files: 'tests/senders/real/*.slow.ts',
      command: ['bash', 'tests/senders/real/run.sh'],
      needs: 'Python 3 with venv',
    },
    {
      name: 'clients',
      says: 'openapi-python-client from PyPI and openapi-typescript from npm, over the whole document; the Python of docs/live.md; signatures of webhooks; the receivers of docs/webhooks.md',
      files: 'tests/clients/*.slow.ts',
      needs: 'Python 3 with venv',
    },
    {
      name: 'warehouses',
      says: 'Loads into PostgreSQL, with kills at each step; the statements of docs/warehouses.md, by sqlglot',
      files: 'tests/warehouses/*.slow.ts',
      needs: 'PostgreSQL as Debian has it, Python 3 with venv',
    },
    {
      name: 'clone',
      says: 'What a newcomer sees, from the clone on; the steps of the Dockerfile, behind Caddy',
      files: 'tests/clone/*.slow.ts',
    },
  ],
}
