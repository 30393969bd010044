/** A bench that has goals, which it tells by `tellGoal`. */
export interface Bench {
  name: string
  says: string
  /** These run one after the other, in the root of the repository; `bun` and `node` are found. */
  commands: string[][]
  /** These run instead for `--quick`: what they give is a hint and not a figure. */
  quick: string[][]
  /** So long it takes alone on two cores, in minutes; after six times that it is ended. */
  minutes: number
}

const build = ['bun', 'build', 'bench/validate.bench.ts', '--target=node']
// It is left where other caches are, which no commit takes.
const BUILT = '.cache/bench/validate.mjs'

export const benches: Bench[] = [
  {
    name: 'ingest',
    says: 'CPU of an event, its ratios to both floors, what is written, and how long senders wait',
    commands: [['bun', 'bench/ingest.bench.ts', '--goals']],
    quick: [['bun', 'bench/ingest.bench.ts', '--goals', '--seconds', '3', '--warm-up', '5']],
    minutes: 4,
  },
  {
    name: 'reading',
    says: 'What the serving thread takes to read an event, before it is committed',
    commands: [['bun', 'bench/reading.bench.ts']],
    quick: [['bun', 'bench/reading.bench.ts', '--quick']],
    minutes: 1,
  },
  {
    name: 'commit',
    says: 'CPU of the serving thread from records to what is durable',
    commands: [['bun', 'bench/commit.bench.ts']],
    quick: [['bun', 'bench/commit.bench.ts', '3']],
    minutes: 1,
  },
  {
    name: 'query',
    says: 'Queries over five million hot events, and senders beside them',
    commands: [['bun', 'bench/query.bench.ts', '--events', '5000000']],
    quick: [['bun', 'bench/query.bench.ts', '--events', '200000', '--seconds', '3']],
    minutes: 6,
  },
  {
    name: 'lake',
    says: 'Named queries over a week of minute files, and over five million rows',
    commands: [['bun', 'bench/lake.bench.ts', '--goals']],
    quick: [['bun', 'bench/lake.bench.ts', '--goals', '--quick']],
    minutes: 8,
  },
  {
    name: 'memory',
    says: 'Memory with a million and five million hot events, and of a start after a kill',
    commands: [['bun', 'bench/memory.bench.ts']],
    quick: [['bun', 'bench/memory.bench.ts', '--quick']],
    minutes: 8,
  },
  {
    name: 'checker',
    says: "Caliper's gate and report in Node, beside JSON.parse",
    commands: [
      [...build, `--outfile=${BUILT}`],
      ['node', BUILT],
    ],
    quick: [
      [...build, `--outfile=${BUILT}`],
      // With fewer events the compilers are not done, and it is twice as slow.
      ['node', BUILT],
    ],
    minutes: 1,
  },
]
