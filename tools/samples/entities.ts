import { randomUUID } from 'node:crypto'

/** Entities of a made-up university, as an LMS would send them. Every call makes a different one. */

const site = 'https://lms.northfield.example'
const names = [
  'Ada',
  'Björn',
  'Chidi',
  'Dalia',
  'Eun-ji',
  'Farid',
  'Greta',
  'Hinemoa',
  'Ivo',
  'Jun',
]
const topics = ['Cell Biology', 'Linear Algebra', 'Modern History', 'Phonetics', 'Thermodynamics']

let made = 0

/** A number no earlier call has given. */
export function next(): number {
  made += 1
  return made
}

export function pick<Item>(items: readonly Item[], n: number): Item {
  return items[n % items.length]!
}

export function urn(): string {
  return `urn:uuid:${randomUUID()}`
}

/** A moment in the autumn term of 2025, `n` steps of 1,237 ms in. */
export function moment(n: number): string {
  return new Date(Date.UTC(2025, 8, 1, 8) + n * 1237).toISOString()
}

export function aPerson(n = next()) {
  return {
    id: `${site}/users/${100_000 + n}`,
    type: 'Person',
    name: `${pick(names, n)} ${String.fromCharCode(65 + (n % 26))}.`,
  }
}

export function anApp() {
  return { id: site, type: 'SoftwareApplication', name: 'Northfield Learn', version: '2025.9.1' }
}

export function aSection(n = next()) {
  return {
    id: `${site}/terms/202509/courses/${n % 40}/sections/${n % 7}`,
    type: 'CourseSection',
    courseNumber: `NF-${100 + (n % 40)}-0${n % 7}`,
    academicSession: 'Autumn 2025',
  }
}

export function aMembership(person: string, section: string, roles = ['Learner']) {
  return {
    id: `${section}/rosters/${person.slice(-6)}`,
    type: 'Membership',
    member: person,
    organization: section,
    roles,
    status: 'Active',
  }
}

export function aSession(person: string, n = next()) {
  return {
    id: `${site}/sessions/${randomUUID().replaceAll('-', '')}`,
    type: 'Session',
    user: person,
    startedAtTime: moment(n),
  }
}

/** Something of `type` in a course, with the properties every digital resource may have. */
export function aResource(type: string, n = next(), more: Record<string, unknown> = {}) {
  const topic = pick(topics, n)
  return {
    id: `${site}/terms/202509/courses/${n % 40}/${type.toLowerCase()}s/${n}`,
    type,
    name: `${topic}: unit ${n % 30}`,
    ...(n % 2 === 0 && { description: `What "${topic}" asks of you – part ${n}.` }),
    ...(n % 3 === 0 && { dateCreated: moment(n % 900) }),
    keywords: [`unit-${n % 30}`],
    ...more,
  }
}

export function anAttempt(person: string, assignable: string, n = next()) {
  return {
    id: `${assignable}/users/${person.slice(-6)}/attempts/${1 + (n % 3)}`,
    type: 'Attempt',
    assignee: person,
    assignable,
    count: 1 + (n % 3),
    dateCreated: moment(n),
    startedAtTime: moment(n),
    endedAtTime: moment(n + 600),
    duration: `PT${10 + (n % 40)}M${n % 60}S`,
  }
}
