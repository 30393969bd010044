import { expect, it } from 'bun:test'
import { fileNameOf } from './file-name'

const at = new Date('2026-11-30T23:30:00.000Z')
const names: [asked: Parameters<typeof fileNameOf>[0], name: string][] = [
  [{ format: 'csv', timezone: 'UTC' }, 'events_asked-2026-11-30T2330.csv.gz'],
  [{ format: 'jsonl', timezone: 'Asia/Tokyo' }, 'events_asked-2026-12-01T0830.jsonl.gz'],
  [
    { format: 'parquet', timezone: 'Europe/Berlin', from: '2026-11-01', to: '2026-11-30' },
    'events_2026-11-01_2026-11-30_asked-2026-12-01T0030.parquet',
  ],
  [
    // The day of a time is that of the zone.
    { format: 'csv', timezone: 'America/New_York', from: '2026-11-01T03:00:00Z' },
    'events_2026-10-31_latest_asked-2026-11-30T1830.csv.gz',
  ],
  [
    { format: 'jsonl', timezone: 'UTC', to: '2026-11-02', learner: '../../etc/passwd' },
    'learner_first_2026-11-02_asked-2026-11-30T2330.jsonl.gz',
  ],
]
for (const [asked, name] of names) {
  it(`calls a file ${name}`, () => {
    expect(fileNameOf(asked, at)).toBe(name)
  })
}
