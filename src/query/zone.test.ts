import { describe, expect, it } from 'bun:test'
import { dayAt, startOfDay, zoneNamed } from './zone'

const names: [given: string, zone: string | undefined][] = [
  ['UTC', 'UTC'],
  ['utc', 'UTC'],
  ['Europe/Berlin', 'Europe/Berlin'],
  ['europe/berlin', 'Europe/Berlin'],
  ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['Mars/Base', undefined],
  ['+02:00', undefined],
  ['UTC+2', undefined],
  ["Europe/Berlin'", undefined],
  ['', undefined],
]

// Those of America have no midnight, two midnights, and the hour before midnight twice.
const starts: [day: string, zone: string, at: string][] = [
  ['2026-11-21', 'UTC', '2026-11-21T00:00:00.000Z'],
  ['2026-11-21', 'Europe/Berlin', '2026-11-20T23:00:00.000Z'],
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
  ['2026-11-21', 'Asia/Kolkata', '2026-11-20T18:30:00.000Z'],
  ['2026-11-21', 'Pacific/Auckland', '2026-11-20T11:00:00.000Z'],
  ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  ['2026-11-01', 'America/Havana', '2026-11-01T04:00:00.000Z'],
  ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'],
  ['0001-01-01', 'Europe/Berlin', '0001-01-01T00:00:00.000Z'],
  ['9999-12-31', 'Europe/Berlin', '9999-12-30T23:00:00.000Z'],
]

describe('a time zone', () => {
  for (const [given, zone] of names) {
    it(`${JSON.stringify(given)} is ${zone ?? 'none'}`, () => {
      expect(zoneNamed(given)).toBe(zone)
    })
  }

  for (const [day, zone, at] of starts) {
    it(`begins ${day} in ${zone} at ${at}`, () => {
      const start = startOfDay(day, zone)
      expect(new Date(start).toISOString()).toBe(at)
      if (day < '1900') return
      expect(dayAt(start, zone)).toBe(day)
      expect(dayAt(start - 1, zone) < day).toBe(true)
    })
  }
})
